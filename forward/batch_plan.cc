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

}  // namespace

std::optional<Kind> BatchPlanner::kind_of(const Change& change, eventlog::Position position) const {
  switch (change.kind) {
    case ChangeKind::rejected:
      return Kind::dead;
    case ChangeKind::restore:
      return owner_(change.key) == Side::dynamodb ? std::optional(Kind::restore) : std::nullopt;
    case ChangeKind::put:
    case ChangeKind::remove:
      if (position >= armed_at_ && owner_(change.key) == Side::mongodb) {
        return change.reason == kMaybeBeforeLoad ? std::nullopt : std::optional(Kind::violation);
      }
      return change.kind == ChangeKind::put ? Kind::put : Kind::remove;
    default:
      return std::nullopt;
  }
}

void BatchPlanner::add(Change change, eventlog::Position position) {
  const std::optional<Kind> kind = kind_of(change, position);
  if (counts(change.kind)) source_times_.push_back(change.source_time_ms);
  if (kind) steps_.push_back({*kind, std::move(change), position});
}

BatchPlan BatchPlanner::finish() {
  std::set<std::string> later;
  std::vector<Step> kept;
  std::vector<Step> removals;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    const bool whole = step->kind == Kind::violation || step->kind == Kind::dead;
    if (!whole && !later.insert(step->change.key.bson).second) continue;
    (step->kind == Kind::remove ? removals : kept).push_back(std::move(*step));
  }
  std::ranges::move(removals, std::back_inserter(kept));
  std::ranges::reverse(kept);
  steps_.clear();
  return {std::move(kept), std::exchange(source_times_, {})};
}

}  // namespace crossfade::forward
