#include "common/eventlog/space.h"

#include <fmt/core.h>

namespace crossfade::eventlog {
namespace {

double mib(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

Result<void> room_for(std::int64_t bytes, const Space& space, const Options& options) {
  if (space.kept + bytes > options.max_bytes)
    return fail(Fault::disk_full,
                fmt::format("event log {} is full: it holds {:.1f} MiB of at most {:.1f} MiB that "
                            "are not yet applied or still retained; let the target catch up, or "
                            "raise its limit",
                            options.directory, mib(space.kept), mib(options.max_bytes)));
  if (space.free - bytes < options.min_free_bytes)
    return fail(Fault::disk_full,
                fmt::format("the disk of event log {} has {:.1f} MiB left, and {:.1f} MiB must "
                            "stay free: make room on it",
                            options.directory, mib(space.free), mib(options.min_free_bytes)));
  return {};
}

bool near_limit(const Space& space, const Options& options) {
  return space.kept > options.max_bytes / 10 * 8 || space.free < options.min_free_bytes * 2;
}

bool clear_of_limit(const Space& space, const Options& options) {
  return space.kept < options.max_bytes / 10 * 7 && space.free > options.min_free_bytes * 3;
}

}  // namespace crossfade::eventlog
