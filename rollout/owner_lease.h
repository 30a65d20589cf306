#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace crossfade::rollout {

/// For how long this process surely drives a group without asking again. Whoever takes the group
/// over waits at least that long before it writes to DynamoDB, where nothing else would refuse what
/// a superseded process sends: so all of that comes first. (On MongoDB each lane's checkpoint
/// refuses it.) Counted by both clocks, for one of them may have stood still with the machine. One
/// thread only.
class OwnerLease {
 public:
  struct Moment {
    std::int64_t steady_ms = 0;
    std::int64_t wall_ms = 0;
  };
  static constexpr Milliseconds kLength{10'000};

  explicit OwnerLease(const Clock& clock) : clock_(clock) {}

  Moment now() const { return {clock_.steady_ms(), clock_.wall_ms()}; }
  /// The control table named this process as the owner; it was asked at `asked`.
  void renew(const Moment& asked);
  /// It does not begin before: a former owner's lease may run until then.
  void begin_after(Milliseconds wait);
  /// Wall time at which it begins, if that is still to come; 0 otherwise.
  std::int64_t begins_ms() const;
  /// Fault::unavailable: not yet, or not any more; the sentence says which.
  Result<void> check() const;

 private:
  const Clock& clock_;
  Moment asked_;
  bool renewed_ = false;
  std::int64_t begins_steady_ms_ = 0;
  std::int64_t begins_wall_ms_ = 0;
};

}  // namespace crossfade::rollout
