#include "rollout/owner_lease.h"

#include <fmt/core.h>

#include <algorithm>

namespace crossfade::rollout {
namespace {

constexpr std::int64_t kMsPerSecond = 1'000;

}  // namespace

void OwnerLease::renew(const Moment& asked) {
  asked_ = asked;
  renewed_ = true;
}

void OwnerLease::begin_after(Milliseconds wait) {
  begins_steady_ms_ = clock_.steady_ms() + wait.count();
  begins_wall_ms_ = clock_.wall_ms() + wait.count();
}

std::int64_t OwnerLease::begins_ms() const {
  return clock_.steady_ms() < begins_steady_ms_ ? begins_wall_ms_ : 0;
}

Result<void> OwnerLease::check() const {
  const Moment now = this->now();
  if (const std::int64_t wait = begins_steady_ms_ - now.steady_ms; wait > 0) {
    return fail(Fault::unavailable,
                fmt::format("The process that drove the group before may still write to DynamoDB; "
                            "this one begins in {} s.",
                            wait / kMsPerSecond + 1));
  }
  const std::int64_t age = std::max(now.steady_ms - asked_.steady_ms, now.wall_ms - asked_.wall_ms);
  if (renewed_ && age < kLength.count()) return {};
  return fail(Fault::unavailable,
              "The control table has not said for too long that this process still drives the "
              "group, so nothing is written to DynamoDB.");
}

}  // namespace crossfade::rollout
