#include <algorithm>

#include "tests/unit/rollout/handoff_world.h"

namespace crossfade::rollout {
namespace {

constexpr int kForward = 0;
constexpr int kBackward = 1;

std::size_t at(int side) {
  return static_cast<std::size_t>(side);
}

int end_of(const std::vector<Record>& log) {
  return static_cast<int>(log.size());
}

}  // namespace

void HandoffWorld::link_steps(std::vector<Step>& out) const {
  const bool alive = processes_.back().alive;
  for (const int side : {kForward, kBackward}) {
    const bool reads = alive && (side == kForward || mongodb_);
    for (int i = 0; reads && i < end_of(links_.feed[at(side)]); ++i)
      if (there(side, i)) out.push_back({StepKind::capture, side, i});
    const bool waiting = links_.applied[at(side)] < end_of(links_.log[at(side)]);
    const bool writes = alive && !links_.held && (side == kBackward || mongodb_);
    if (waiting && writes) out.push_back({StepKind::apply, side});
    if (waiting && writes && side == kBackward && left_.late_writes > 0)
      out.push_back({StepKind::apply_late, side});
  }
  if (left_.stragglers > 0 && !links_.feed[0].empty() && !links_.feed[0].back().held_back)
    out.push_back({StepKind::hold_back});
  for (int i = 0; i < static_cast<int>(links_.late.size()); ++i)
    out.push_back({StepKind::land_late, 0, i});
  if (!links_.late.empty()) out.push_back({StepKind::settle});
}

/// Records come in order, but for those that the stream holds back; each subject's always do.
bool HandoffWorld::there(int side, int index) const {
  const auto& feed = links_.feed[at(side)];
  return std::all_of(feed.begin(), feed.begin() + index, [&](const Record& earlier) {
    return earlier.held_back && earlier.subject != feed[at(index)].subject;
  });
}

void HandoffWorld::move_records(const Step& step) {
  switch (step.kind) {
    case StepKind::capture:
      capture(step.who, step.what);
      break;
    case StepKind::apply:
      apply(step.who, false);
      break;
    case StepKind::apply_late:
      --left_.late_writes;
      apply(step.who, true);
      break;
    case StepKind::hold_back:
      --left_.stragglers;
      links_.feed[0].back().held_back = true;
      break;
    case StepKind::land_late:
      land_late(step.what);
      break;
    default:
      links_.late.clear();
  }
}

/// What was committed on the retiring side is applied, as far as the stream tells: all of the
/// moving subject's, as nothing else is needed.
bool HandoffWorld::drained() const {
  if (planted(Plant::flip_before_drain)) return true;
  const std::size_t side = static_cast<std::size_t>(links_.now);
  const auto pending = [](const Record& record) {
    return record.subject == kMover && !record.held_back;
  };
  const auto& log = links_.log[side];
  return std::ranges::none_of(links_.feed[side], pending) &&
         std::none_of(log.begin() + links_.applied[side], log.end(), pending);
}

/// A comparison of recently changed keys does not know of what the stream holds back.
bool HandoffWorld::equal() const {
  if (planted(Plant::flip_before_drain)) return true;
  const bool unknown = std::ranges::any_of(
      links_.feed[0], [](const Record& r) { return r.held_back && r.subject == kMover; });
  return unknown || cell(kMover, Side::dynamodb).value == cell(kMover, Side::mongodb).value;
}

bool HandoffWorld::can_hold() const {
  if (planted(Plant::journal_before_hold)) return true;
  if (!links_.late.empty() && !planted(Plant::late_writes_ignored)) return false;
  const bool backward = links_.applied[kBackward] == end_of(links_.log[kBackward]);
  const bool forward = links_.applied[kForward] == end_of(links_.log[kForward]);
  return backward && (forward || scenario_->unplanned);
}

void HandoffWorld::hold(Process& process) {
  process.barrier = {end_of(links_.log[kForward]), end_of(links_.log[kBackward])};
  if (planted(Plant::journal_before_hold)) return;
  links_.held = true;
  const bool stores = !scenario_->unplanned && !planted(Plant::hold_without_storing);
  if (stores) links_.backward_checkpoint = links_.applied[kBackward];
}

void HandoffWorld::adopt(const control::GroupState& state) {
  links_.now = state.rules.rule.side_of("mover");
  links_.before = links_.now;
  links_.barrier = {};
  links_.epoch = state.rules.epoch;
  links_.fence_ms = 0;
  const auto& record = state.handoff ? state.handoff : state.stranded;
  if (!record || record->barriers.empty()) return;
  const control::Barrier& barrier = record->barriers.at("link");
  links_.barrier = {static_cast<int>(barrier.forward), static_cast<int>(barrier.backward)};
  links_.before = record->from.side_of("mover");
  links_.fence_ms = record->fence_ms;
}

void HandoffWorld::capture(int side, int index) {
  auto& feed = links_.feed[at(side)];
  Record record = feed[at(index)];
  record.held_back = false;
  links_.log[at(side)].push_back(record);
  feed.erase(feed.begin() + index);
}

void HandoffWorld::apply(int side, bool late) {
  const int position = links_.applied[at(side)]++;
  const Record record = links_.log[at(side)][at(position)];
  const Side from = static_cast<Side>(side);
  if (owner(record, side, position) == from) return apply_owned(side, record, late);
  if (!straggles(side, record, position)) return violation(side, record);
  const bool changed_since = cell(record.subject, Side::mongodb).epoch >= links_.epoch;
  if (changed_since) return violation(side, record);
  apply_owned(side, record, late);
}

Side HandoffWorld::owner(const Record& record, int side, int position) const {
  if (record.subject == kStayer) return stayer_side();
  return position < links_.barrier[at(side)] ? links_.before : links_.now;
}

bool HandoffWorld::straggles(int side, const Record& record, int position) const {
  return side == kForward && record.subject == kMover && position >= links_.barrier[kForward] &&
         record.time < links_.fence_ms;
}

/// Forward writes are exact; a backward one applies where no token of ours is as new.
void HandoffWorld::apply_owned(int side, const Record& record, bool late) {
  const bool dropped =
      planted(Plant::straggler_is_dropped) && side == kForward && record.time < links_.fence_ms;
  if (!dropped) applied_ |= 1U << record.value;
  if (side == kForward) {
    if (!dropped) cell(record.subject, Side::mongodb).value = record.value;
    return;
  }
  const LateWrite write{record.subject, record.value, links_.applied[kBackward]};
  Cell& item = cell(record.subject, Side::dynamodb);
  if (item.token < write.token) item = {write.value, write.token, 0};
  if (late) links_.late.push_back(write);
}

/// Stored with both images, then the owner's value is restored.
void HandoffWorld::violation(int side, const Record& record) {
  listed_ |= 1U << record.value;
  const Side from = static_cast<Side>(side);
  const Side other = from == Side::dynamodb ? Side::mongodb : Side::dynamodb;
  cell(record.subject, from).value = cell(record.subject, other).value;
  if (from == Side::dynamodb) cell(record.subject, from).token = end_of(links_.log[kBackward]);
}

void HandoffWorld::land_late(int index) {
  const LateWrite write = links_.late[at(index)];
  links_.late.erase(links_.late.begin() + index);
  Cell& item = cell(write.subject, Side::dynamodb);
  if (item.token < write.token) item = {write.value, write.token, 0};
}

}  // namespace crossfade::rollout
