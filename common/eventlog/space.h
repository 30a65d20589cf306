#pragma once

#include <cstdint>

#include "common/eventlog/event_log.h"

namespace crossfade::eventlog {

/// What the limits of a log are held against, in bytes.
struct Space {
  std::int64_t kept = 0;  ///< by all segments of the log
  std::int64_t free = 0;  ///< on its file system
};

/// Fault::disk_full when `bytes` more would pass max_bytes, or leave less than min_free_bytes: the
/// disk itself never fills up.
Result<void> room_for(std::int64_t bytes, const Space& space, const Options& options);

/// What Usage::near_limit says.
bool near_limit(const Space& space, const Options& options);

/// True once there is clearly room again, so that an alarm at the edge is raised once and not at
/// every append.
bool clear_of_limit(const Space& space, const Options& options);

}  // namespace crossfade::eventlog
