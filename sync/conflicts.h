#pragma once

#include "common/eventlog/event_log.h"
#include "common/model/recent_keys.h"
#include "common/state/arbiter.h"

namespace crossfade::sync {

/// The arbiters of a link's two directions, which learn from the other direction's log what the
/// owner of a key did last. One thread only.
class Conflicts {
 public:
  struct Parts {
    const codec::Mapper& mapper;
    const RecentKeys& recent;
    eventlog::EventLog& forward;
    eventlog::EventLog& backward;
    std::function<Task<Result<void>>(Side)> catch_up;  ///< that side's capture, to its end
  };

  Conflicts(state::Arbiter::Rules rules, Parts parts);

  /// Of changes made in DynamoDB of keys that MongoDB owns.
  state::Arbiter& in_dynamodb() { return in_dynamodb_; }
  /// Of changes made in MongoDB of keys that DynamoDB owns.
  state::Arbiter& in_mongodb() { return in_mongodb_; }

 private:
  Task<Result<std::optional<Change>>> last_change(Side side, Key key, bool caught_up);

  Parts parts_;
  state::Arbiter in_dynamodb_;
  state::Arbiter in_mongodb_;
};

}  // namespace crossfade::sync
