#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/base/clock.h"

namespace crossfade::forward {

/// How long a write may take to be seen in the stream, from the echoes of our own writes. It is the
/// time from sending a write to having read its record, so never too short by itself; and a high
/// quantile of the last ones, because it is what a drain waits for. Pure.
class Propagation {
 public:
  /// `assumed` holds until enough were seen.
  explicit Propagation(Milliseconds assumed) : assumed_(assumed) {}

  void seen(std::int64_t ms) { last_[count_++ % kKept] = ms; }
  Milliseconds high() const {
    if (count_ < kEnough) return assumed_;
    auto sorted = last_;
    const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kKept));
    const auto place = sorted.begin() + (end - sorted.begin()) * 99 / 100;
    std::nth_element(sorted.begin(), place, end);
    return std::clamp(Milliseconds(*place), kFloor, kCeiling);
  }

  static constexpr Milliseconds kFloor{100};
  static constexpr Milliseconds kCeiling{2'000};
  static constexpr std::size_t kEnough = 20;

 private:
  static constexpr std::size_t kKept = 256;

  Milliseconds assumed_;
  std::array<std::int64_t, kKept> last_{};
  std::size_t count_ = 0;
};

}  // namespace crossfade::forward
