#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "rollout/guards.h"

namespace crossfade::sync {

/// A key that goes round both ways every few seconds, in a table of the user's.
struct CanaryConfig {
  std::string link;
  std::map<std::string, std::string> key;  ///< text of each key attribute
};

/// What is done with a genuine change on the side without authority.
enum class ViolationPolicy : std::uint8_t { authority, merge, last_writer_wins };

/// How one group of links moves. Where a group is not listed every default holds.
struct GroupConfig {
  std::string name;
  rollout::GuardLimits guards;
  std::map<std::string, std::string> hooks;  ///< absolute path of a program, by transition
  Milliseconds hook_timeout{30'000};
  std::optional<CanaryConfig> canary;
  ViolationPolicy policy = ViolationPolicy::authority;
};

}  // namespace crossfade::sync
