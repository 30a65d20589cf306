#include "forward/batch_plan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace crossfade::forward {

using Kind = Step::Kind;

namespace {

bool counts(ChangeKind kind) {
  return kind == ChangeKind::put || kind == ChangeKind::remove || kind == ChangeKind::rejected;
}

/// Neither replaces what the batch says of the key before it, nor is it replaced.
bool stands_alone(Kind kind) {
  return kind == Kind::violation || kind == Kind::dead || kind == Kind::hand_over;
}

}  // namespace

std::optional<Kind> BatchPlanner::kind_of(const Change& change, eventlog::Position position) const {
  const bool put = change.kind == ChangeKind::put;
  if (change.kind == ChangeKind::rejected) return Kind::dead;
  if ((put || change.kind == ChangeKind::remove) && position < armed_at_)
    return put ? Kind::put : Kind::remove;
  switch (judge_(change, position)) {
    case Verdict::applies:
      return put ? Kind::put : Kind::remove;
    case Verdict::violates:
      return change.reason == kMaybeBeforeLoad ? std::nullopt : std::optional(Kind::violation);
    case Verdict::straggles:
      return Kind::straggler;
    case Verdict::restores:
      return Kind::restore;
    case Verdict::hands_over:
      return Kind::hand_over;
    case Verdict::nothing:
      break;
  }
  return std::nullopt;
}

bool BatchPlanner::is_alone(Kind kind) const {
  return kind == Kind::straggler || (violations_alone_ && kind == Kind::violation);
}

bool BatchPlanner::add(Change change, eventlog::Position position) {
  const std::optional<Kind> kind = kind_of(change, position);
  const bool alone = kind && is_alone(*kind) && !empty();
  const bool behind_one = !steps_.empty() && is_alone(steps_.front().kind);
  if (alone || (behind_one && (kind || counts(change.kind)))) return false;
  if (counts(change.kind)) source_times_.push_back(change.source_time_ms);
  if (kind) steps_.push_back({*kind, std::move(change), position});
  return true;
}

BatchPlan BatchPlanner::finish() {
  std::set<std::string> later;
  std::vector<Step> kept;
  std::vector<Step> removals;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (!stands_alone(step->kind) && !later.insert(step->change.key.bson).second) continue;
    (step->kind == Kind::remove ? removals : kept).push_back(std::move(*step));
  }
  std::ranges::move(removals, std::back_inserter(kept));
  std::ranges::reverse(kept);
  steps_.clear();
  return {std::move(kept), std::exchange(source_times_, {})};
}

}  // namespace crossfade::forward
