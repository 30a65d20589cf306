#include "common/base/clock.h"

namespace crossfade {
namespace {

template <class ClockType>
std::int64_t since_epoch_ms() {
  return std::chrono::duration_cast<Milliseconds>(ClockType::now().time_since_epoch()).count();
}

}  // namespace

std::int64_t SystemClock::wall_ms() const {
  return since_epoch_ms<std::chrono::system_clock>();
}
std::int64_t SystemClock::steady_ms() const {
  return since_epoch_ms<std::chrono::steady_clock>();
}

}  // namespace crossfade
