#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/eventlog/event_log.h"
#include "forward/verdict.h"

namespace crossfade::forward {

/// One change of a batch that is to be applied, with its place in the log.
struct Step {
  enum class Kind {
    put,  ///< the document is `change.image`
    remove,
    restore,    ///< the document is the item as DynamoDB has it now
    violation,  ///< made on the side without authority: store both images, do what the policy says
    straggler,  ///< applied if MongoDB has not changed the document since the barrier
    hand_over,  ///< a restore that has become the other direction's
    dead,       ///< cannot be mapped: dead letter
  };
  Kind kind = Kind::put;
  Change change;
  eventlog::Position position = 0;
};

/// What one lane does with one batch, in order: removals first, because the server takes neighbours
/// of one kind as one command. No two steps write the same key, so their order is free.
struct BatchPlan {
  std::vector<Step> steps;
  std::vector<std::int64_t> source_times;  ///< of every genuine change, coalesced ones included
};

/// Puts the changes of one lane in order: of several changes of a key only the last counts,
/// violations and dead letters are all kept. Changes before `armed_at` are DynamoDB's by
/// definition; one that the load may have seen is no news to a key of MongoDB's. A straggler is a
/// batch of its own, for its transaction depends on what was read; so is a violation where the
/// link's policy may change MongoDB's value (`violations_alone`). Pure.
class BatchPlanner {
 public:
  BatchPlanner(Judge judge, std::int64_t armed_at, bool violations_alone = false)
      : judge_(std::move(judge)), armed_at_(armed_at), violations_alone_(violations_alone) {}

  /// False when the change belongs into the next batch.
  bool add(Change change, eventlog::Position position);
  BatchPlan finish();
  bool empty() const { return steps_.empty() && source_times_.empty(); }

 private:
  std::optional<Step::Kind> kind_of(const Change& change, eventlog::Position position) const;
  bool is_alone(Step::Kind kind) const;

  Judge judge_;
  std::int64_t armed_at_;
  bool violations_alone_;
  std::vector<Step> steps_;
  std::vector<std::int64_t> source_times_;
};

}  // namespace crossfade::forward
