#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/status.h"

namespace crossfade::sync {

/// What this process uses of the machine.
struct ProcessUsage {
  std::int64_t resident_bytes = 0;
  double cpu_seconds = 0;  ///< user and system, since the process began
};

/// Reads /proc and getrusage: a few microseconds, never blocks.
ProcessUsage process_usage();

/// The metrics page in Prometheus' text format, version 0.0.4. Names begin with `crossfade_`; what
/// belongs to a link is labelled `link`, what belongs to one way `direction` (forward, backward)
/// too.
std::string metrics_page(const std::vector<LinkStatus>& links, bool ready,
                         const ProcessUsage& usage);

}  // namespace crossfade::sync
