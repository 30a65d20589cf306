#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "rollout/guards.h"

namespace crossfade::sync {

/// How one group of links moves. Where a group is not listed every default holds.
struct GroupConfig {
  std::string name;
  rollout::GuardLimits guards;
  std::map<std::string, std::string> hooks;  ///< absolute path of a program, by transition
  Milliseconds hook_timeout{30'000};
};

}  // namespace crossfade::sync
