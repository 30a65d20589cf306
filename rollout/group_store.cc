#include <algorithm>
#include <utility>

#include "rollout/group.h"
#include "rollout/transition_event.h"

namespace crossfade::rollout {

using control::GroupState;

namespace {

/// Well within the margin by which a hand-off waits longer than a lease.
constexpr Milliseconds kConfirmedFor{100};
constexpr const char* kNotOpen =
    "The group is not open yet: its links are being set up (crossfade status).";

}  // namespace

GroupStore::GroupStore(GroupOptions options, GroupContext& context, const Executor& executor)
    : options_(std::move(options)),
      context_(context),
      changed_(executor),
      lease_(std::make_shared<OwnerLease>(context.clock)) {}

/// The salt is made once and frozen: percentages of the same salt only ever add subjects.
GroupState GroupStore::first_state() const {
  GroupState state;
  state.rules.group = options_.name;
  state.rules.rule = options_.begin;
  if (state.rules.rule.salt.empty())
    state.rules.rule.salt = options_.name + "-" + context_.random.id().substr(0, 8);
  state.phase = control::GroupPhase::defined;
  note(state, {context_.clock.wall_ms(), "The group begins.", "crossfade", ""});
  return state;
}

Task<Result<void>> GroupStore::open() {
  CO_TRY_VOID(co_await context_.table.check());
  CO_TRY(std::optional<GroupState> found, co_await context_.table.read(options_.name));
  const bool fresh = !found;
  GroupState state = found ? std::move(*found) : first_state();
  follows_stranger_ = follows_stranger_ || may_live(state.owner);
  state.owner = context_.process;
  CO_TRY_VOID(co_await store(std::move(state), fresh));
  if (follows_stranger_) lease_->begin_after(OwnerLease::kLength + context_.request_life);
  co_return Result<void>();
}

bool GroupStore::may_live(const std::string& process) const {
  const bool ended = std::ranges::find(context_.ended, process) != context_.ended.end();
  return !process.empty() && process != context_.process && !ended;
}

Task<Result<void>> GroupStore::store(GroupState next, bool versioned, bool journal) {
  if (lost_) co_return fail(Fault::stale, "Another process drives the group.");
  const OwnerLease::Moment began = lease_->now();
  auto done = co_await context_.table.replace(next, versioned, journal);
  if (done) lease_->renew(began);
  if (done) take_in(std::move(next));
  if (!done && done.error().fault == Fault::stale) co_await reload();
  co_return done;
}

Task<Result<void>> GroupStore::reload() {
  const OwnerLease::Moment began = lease_->now();
  CO_TRY(std::optional<GroupState> found, co_await context_.table.read(options_.name));
  if (!found || found->owner != context_.process) {
    lost_ = true;
    context_.log.error("group_lost", {{"group", options_.name}});
    co_return fail(Fault::stale, "Another process drives the group.");
  }
  lease_->renew(began);
  const bool overtaken = found->revision < state_.revision;
  if (!overtaken) take_in(std::move(*found));
  co_return Result<void>();
}

/// Before it is opened the owner is whoever drove the group last: that says nothing yet.
Task<Result<void>> GroupStore::confirm() {
  if (state_.owner != context_.process) co_return fail(Fault::unavailable, kNotOpen);
  const bool fresh = context_.clock.steady_ms() - confirmed_ms_ < kConfirmedFor.count();
  if (fresh && !lost_) co_return Result<void>();
  co_return co_await reload();
}

void GroupStore::take_in(GroupState state) {
  confirmed_ms_ = context_.clock.steady_ms();
  const bool moved = state.rules.version != state_.rules.version;
  std::string told = transition_json(state_, state, context_.clock.wall_ms());
  state_ = std::move(state);
  if (!told.empty()) context_.events.publish("transition", std::move(told));
  if (moved) {
    context_.log.info("rules", {{"group", options_.name},
                                {"version", state_.rules.version},
                                {"epoch", state_.rules.epoch},
                                {"fenced", state_.rules.next.has_value()}});
  }
  changed_.notify();
}

}  // namespace crossfade::rollout
