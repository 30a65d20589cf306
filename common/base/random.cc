#include "common/base/random.h"

#include <fmt/core.h>

namespace crossfade {

Random Random::from_system() {
  std::random_device device;
  return Random((static_cast<std::uint64_t>(device()) << 32) | device());
}

std::string Random::id() {
  return fmt::format("{:016x}{:016x}", bits(), bits());
}

}  // namespace crossfade
