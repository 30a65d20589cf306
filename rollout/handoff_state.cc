#include "rollout/handoff_state.h"

#include <fmt/format.h>

#include <utility>

#include "rollout/guards.h"

namespace crossfade::rollout {
namespace {

using control::GroupState;
using control::HandoffRecord;
using control::HandoffStep;

void tell(GroupState& state, std::int64_t now_ms, const HandoffRecord& record, std::string what) {
  note(state, {now_ms, std::move(what), record.who, record.reason});
}

void take_version(GroupState& state) {
  state.rules.version = state.next_version++;
}

std::string subjects(std::size_t before, std::size_t after, std::string_view what) {
  if (before == after) return {};
  return fmt::format(", {} {}", after, what);
}

}  // namespace

GroupState with_fence(GroupState state, HandoffRecord record, std::int64_t now_ms) {
  record.step = HandoffStep::fencing;
  record.from = state.rules.rule;
  take_version(state);
  record.fence_version = state.rules.version;
  record.fence_ms = now_ms;
  state.rules.next = record.to;
  state.handoff = std::move(record);
  return state;
}

GroupState with_step(GroupState state, HandoffStep step, std::int64_t now_ms) {
  state.handoff->step = step;
  if (step == HandoffStep::draining) state.handoff->fence_ms = now_ms;
  return state;
}

GroupState with_journal(GroupState state, std::map<std::string, control::Barrier> barriers) {
  state.handoff->step = HandoffStep::journaled;
  state.handoff->barriers = std::move(barriers);
  return state;
}

GroupState with_flip(GroupState state, std::int64_t now_ms, std::int64_t violations) {
  HandoffRecord& record = *state.handoff;
  record.step = HandoffStep::releasing;
  state.rules.rule = record.to;
  state.rules.next.reset();
  ++state.rules.epoch;
  take_version(state);
  state.phase = phase_after(record.to, state.phase);
  state.violations_at_last_step = violations;
  tell(state, now_ms, record, fmt::format("The {} took effect.", describe(record)));
  return state;
}

GroupState with_end(GroupState state) {
  if (state.handoff && state.handoff->unplanned) {
    HandoffRecord last = std::move(*state.handoff);
    if (state.stranded) {
      last.from = std::move(state.stranded->from);
      last.barriers = std::move(state.stranded->barriers);
      last.fence_ms = state.stranded->fence_ms;
    }
    state.stranded = std::move(last);
  }
  state.handoff.reset();
  return state;
}

GroupState with_undo(GroupState state, std::int64_t now_ms, const std::string& why) {
  take_version(state);
  state.rules.next.reset();
  if (state.handoff) {
    tell(state, now_ms, *state.handoff,
         fmt::format("The {} was undone. {}", describe(*state.handoff), why));
  }
  state.handoff.reset();
  return state;
}

Found found_in(const GroupState& stored, const HandoffRecord& ours, const std::string& process) {
  if (stored.owner != process) return {Found::Kind::taken_over};
  if (stored.handoff) {
    if (stored.handoff->id != ours.id) return {Found::Kind::taken_over};
    return {Found::Kind::under_way, stored.handoff->step};
  }
  if (stored.rules.version < ours.fence_version) return {Found::Kind::untouched};
  return {stored.rules.rule == ours.to ? Found::Kind::moved : Found::Kind::undone};
}

std::string describe(const HandoffRecord& record) {
  const AuthorityRule& from = record.from;
  const AuthorityRule& to = record.to;
  return fmt::format("{}{} from {} % to {} %{}{}", record.unplanned ? "unplanned " : "",
                     record.verb, from.percent, to.percent,
                     subjects(from.allow.size(), to.allow.size(), "subjects allowed"),
                     subjects(from.deny.size(), to.deny.size(), "subjects denied"));
}

}  // namespace crossfade::rollout
