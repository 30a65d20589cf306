#pragma once

#include <cstdint>
#include <functional>

#include "common/eventlog/position.h"
#include "common/model/change.h"
#include "router/rules.h"

namespace crossfade::forward {

/// What becomes of a record of the forward log.
enum class Verdict : std::uint8_t {
  nothing,
  applies,     ///< DynamoDB owns the key: the document becomes what the record says
  violates,    ///< MongoDB owns the key
  straggles,   ///< MongoDB owns the key since the last hand-off, and the record may be from before
               ///< its fence
  restores,    ///< the document becomes what the item is now
  hands_over,  ///< the key whose value was to be restored is MongoDB's by now: the other
               ///< direction's
};

/// The owner of a key by the rule before the last hand-off and by the present one.
struct Owners {
  Side before = Side::dynamodb;
  Side now = Side::dynamodb;
};

/// The last hand-off that took effect; with equal owners it means nothing.
struct LastHandoff {
  eventlog::Position barrier = 0;
  std::int64_t fence_ms = 0;  ///< by DynamoDB's clock
};

/// Records before the barrier are judged by the rule before, the others by the present one, with
/// one exception behind the barrier, for DynamoDB has no global position: of a key that moved to
/// MongoDB, a record that may have been made before the fence straggles. AWS cuts times to the
/// second and DynamoDB Local to the minute, so a change made just after the fence by a client that
/// knew nothing of it may be among them. That does no harm: it is applied only where MongoDB has
/// not changed the document since, as if it had been made just before.
///
/// An echo of a key that DynamoDB owns restores: a write of ours there (one that was under way when
/// the key moved, or what a link's policy makes of a change in MongoDB) may have overtaken a change
/// made there by others, which comes first in the stream and is applied. So the item is looked at
/// again behind it, and both sides are equal.
///
/// A request to restore is judged by the present rule wherever it stands. Pure.
Verdict judge(const Change& change, eventlog::Position position, Owners owners,
              const LastHandoff& last);

using Judge = std::function<Verdict(const Change&, eventlog::Position)>;

/// By one rule that never changes.
Judge judge_by(std::function<Side(const Key&)> owner);

}  // namespace crossfade::forward
