#include "rollout/handoff_run.h"

#include <fmt/core.h>

namespace crossfade::rollout {
namespace {

using control::GroupState;
using control::HandoffStep;

constexpr Milliseconds kRepeatPause{200};
constexpr Milliseconds kNoBudget = std::chrono::hours(24);
constexpr Milliseconds kAskClientsEvery{250};

std::string percent_of(const AuthorityRule& rule) {
  return fmt::format("{:g} %", rule.percent);
}

Failed failed(const Error& error) {
  return {error.message};
}

}  // namespace

HandoffRun::HandoffRun(const HandoffParts& parts, HandoffPlan plan)
    : parts_(parts), plan_(std::move(plan)) {}

Task<Outcome> HandoffRun::run() {
  Limit limit(parts_.stop, Milliseconds(plan_.budget_ms));
  co_return co_await drive(Handoff::begin(plan_.record.unplanned), limit);
}

Task<Outcome> HandoffRun::resume() {
  barriers_ = plan_.record.barriers;
  Limit limit(parts_.stop, kNoBudget);
  co_return co_await drive(Handoff::resumed(plan_.record.step), limit);
}

/// What must succeed is repeated for as long as it takes; the stop ends that, and a restart goes
/// on from what is stored.
Task<Outcome> HandoffRun::drive(Handoff machine, Limit& limit) {
  while (machine.outcome() == Outcome::running) {
    const bool spent = limit.passed() && !machine.past_journal();
    Event event = BudgetSpent{};
    if (!spent) event = co_await obey(machine, limit.stop());
    const bool repeated = std::holds_alternative<Failed>(event) && machine.past_journal();
    if (limit.passed() && std::holds_alternative<Failed>(event)) event = BudgetSpent{};
    if (parts_.store.lost()) break;
    machine.on(event);
    if (repeated && parts_.stop.requested()) break;
    if (repeated) co_await parts_.stop.sleep(kRepeatPause);
  }
  why_ = machine.why();
  co_return machine.outcome();
}

Task<Event> HandoffRun::obey(const Handoff& machine, Stop& limit) {
  const Failpoints& failpoints = parts_.store.context().failpoints;
  const std::string name = "handoff." + std::string(to_string(machine.command()));
  failpoints.hit(name + ".before");
  Event event = co_await perform(machine, limit);
  failpoints.hit(name + ".after");
  co_return event;
}

Task<Event> HandoffRun::perform(const Handoff& machine, Stop& limit) {
  switch (machine.command()) {
    case Command::store_fence:
      co_return co_await store_fence();
    case Command::store_step:
      co_return co_await store_step(machine.step());
    case Command::store_journal:
      co_return co_await store_journal();
    case Command::store_flip:
      co_return co_await store_flip();
    case Command::store_end:
      co_return co_await store_end(false);
    case Command::store_undo:
      why_ = machine.why();
      co_return co_await store_end(true);
    case Command::await_clients:
      co_return co_await await_clients(limit);
    case Command::drain:
      co_return co_await drain(limit);
    case Command::verify:
      co_return co_await verify(limit);
    case Command::hold:
      co_return co_await hold(limit);
    case Command::read_again:
      co_return co_await read_again();
    case Command::release:
    case Command::release_undone:
      release_links();
      co_return Done{};
    case Command::finish:
      break;
  }
  co_return Done{};
}

Task<Event> HandoffRun::written(GroupState next, bool versioned, bool journal) {
  const auto done = co_await parts_.store.store(std::move(next), versioned, journal);
  if (done) co_return Done{};
  if (done.error().outcome_unknown) co_return OutcomeUnknown{};
  co_return failed(done.error());
}

/// Dying before it: nothing has happened. Dying after it: the next process undoes.
Task<Event> HandoffRun::store_fence() {
  if (const auto allowed = co_await hook("before_fence"); !allowed)
    co_return failed(allowed.error());
  GroupContext& context = parts_.store.context();
  GroupState next = parts_.store.state();
  plan_.record.step = HandoffStep::fencing;
  plan_.record.fence_version = next.next_version;
  plan_.record.fence_ms = context.clock.wall_ms();
  next.rules.version = next.next_version++;
  next.rules.next = plan_.record.to;
  next.handoff = plan_.record;
  const Event event = co_await written(std::move(next), true);
  fenced_at_ms_ = context.clock.steady_ms();
  co_return event;
}

Task<Event> HandoffRun::store_step(HandoffStep step) {
  GroupState next = parts_.store.state();
  next.handoff->step = step;
  co_return co_await written(std::move(next), false);
}

/// The point of no return. Dying before it undoes, dying after it completes.
Task<Event> HandoffRun::store_journal() {
  if (const auto allowed = co_await hook("before_journal"); !allowed)
    co_return failed(allowed.error());
  GroupState next = parts_.store.state();
  next.handoff->step = HandoffStep::journaled;
  next.handoff->barriers = barriers_;
  co_return co_await written(std::move(next), false, true);
}

/// The links judge by the new rule before any client can have heard of it.
Task<Event> HandoffRun::store_flip() {
  GroupContext& context = parts_.store.context();
  GroupState next = parts_.store.state();
  const control::HandoffRecord& record = *next.handoff;
  const std::string sentence =
      fmt::format("{} to {} took effect.", record.verb, percent_of(record.to));
  note(next, {context.clock.wall_ms(), sentence, record.who, record.reason});
  next.rules.version = next.next_version++;
  next.rules.epoch += 1;
  next.rules.rule = record.to;
  next.rules.next.reset();
  next.phase = phase_after(record.to, next.phase);
  next.violations_at_last_step = 0;
  for (const LinkedPair* link : parts_.links)
    next.violations_at_last_step += link->facts().violations;
  next.handoff->step = HandoffStep::releasing;
  const Event event = co_await written(std::move(next), true);
  if (std::holds_alternative<Done>(event)) adopt();
  co_return event;
}

/// Undone: the next version says what version n said.
Task<Event> HandoffRun::store_end(bool undone) {
  GroupContext& context = parts_.store.context();
  GroupState next = parts_.store.state();
  if (!next.handoff) co_return Done{};
  if (undone) {
    next.rules.version = next.next_version++;
    next.rules.next.reset();
    const std::string sentence = fmt::format("{} to {} was undone: {}", next.handoff->verb,
                                             percent_of(next.handoff->to), why_);
    note(next, {context.clock.wall_ms(), sentence, next.handoff->who, next.handoff->reason});
  } else if (next.handoff->unplanned) {
    next.stranded = next.handoff;
  }
  next.handoff.reset();
  const Event event = co_await written(std::move(next), undone);
  if (!std::holds_alternative<Done>(event)) co_return event;
  if (fenced_at_ms_ > 0) fence_ms_ = context.clock.steady_ms() - fenced_at_ms_;
  co_await hook(undone ? "after_undo" : "after_flip");
  co_return event;
}

/// Acknowledgements come by the service's long poll and through the control table.
Task<Event> HandoffRun::await_clients(Stop& limit) {
  GroupContext& context = parts_.store.context();
  const std::string& group = parts_.store.options().name;
  const std::int64_t version = plan_.record.fence_version;
  bool asked = false;
  while (true) {
    const std::int64_t now = context.clock.steady_ms();
    if (asked && parts_.registry.settled(version, fenced_at_ms_, now) && !unsettled()) break;
    if (limit.requested()) {
      std::string names;
      for (const std::string& id : parts_.registry.awaited(version, fenced_at_ms_, now))
        names += " " + id;
      co_return Failed{names.empty() ? "a write with a lost reply may still land"
                                     : "no acknowledgement by client" + names};
    }
    auto stored = co_await context.table.clients(group);
    if (stored) parts_.registry.merge(*stored, context.clock.steady_ms());
    const bool first = !asked;
    asked = asked || stored;
    if (!first || !stored) co_await parts_.store.changed().wait(limit, kAskClientsEvery);
  }
  co_return Done{};
}

bool HandoffRun::unsettled() const {
  const std::int64_t now = parts_.store.context().clock.wall_ms();
  for (const LinkedPair* link : parts_.links)
    if (link->facts().unsettled_until_ms > now) return true;
  return false;
}

Task<Event> HandoffRun::drain(Stop& limit) {
  const Moves moves = moves_between(plan_.record.from, plan_.record.to);
  for (LinkedPair* link : parts_.links) {
    if (moves.to_mongodb) {
      const auto drained = co_await link->drain(Side::dynamodb, limit);
      if (!drained) co_return failed(drained.error());
    }
    if (moves.to_dynamodb && !plan_.record.unplanned) {
      const auto drained = co_await link->drain(Side::mongodb, limit);
      if (!drained) co_return failed(drained.error());
    }
  }
  co_return Done{};
}

Task<Event> HandoffRun::verify(Stop& limit) {
  for (LinkedPair* link : parts_.links) {
    const MovesKey moves = [this, link](const Key& key) {
      const auto subject = link->subject_of(key);
      return plan_.record.from.side_of(subject) != plan_.record.to.side_of(subject);
    };
    const auto verified = co_await link->verify(plan_.verify, moves, limit);
    if (!verified) co_return failed(verified.error());
    if (verified->differences > 0) {
      co_return Failed{fmt::format("{} of {} compared keys of link \"{}\" differ: {}",
                                   verified->differences, verified->compared, link->name(),
                                   verified->first)};
    }
  }
  co_return Done{};
}

Task<Event> HandoffRun::hold(Stop& limit) {
  for (LinkedPair* link : parts_.links) {
    const auto held = co_await link->hold(!plan_.record.unplanned, limit);
    if (!held) co_return failed(held.error());
    barriers_[link->name()] = *held;
  }
  co_return Done{};
}

Task<Event> HandoffRun::read_again() {
  const auto read = co_await parts_.store.reload();
  if (!read) co_return failed(read.error());
  const GroupState& state = parts_.store.state();
  Found found;
  if (state.handoff) found.step = state.handoff->step;
  found.version = state.rules.version;
  if (found.step == HandoffStep::releasing) adopt();
  co_return found;
}

void HandoffRun::adopt() {
  const GroupState& state = parts_.store.state();
  for (LinkedPair* link : parts_.links) {
    const auto barrier = state.handoff->barriers.find(link->name());
    const bool known = barrier != state.handoff->barriers.end();
    link->adopt(state.rules, known ? barrier->second : control::Barrier{}, state.handoff->fence_ms);
  }
}

/// After an unplanned flip both directions stay where they are until `recover`.
void HandoffRun::release_links() {
  const auto& state = parts_.store.state();
  const bool stranded = state.handoff && state.handoff->unplanned;
  if (stranded) return;
  for (LinkedPair* link : parts_.links) link->release();
}

Task<Result<void>> HandoffRun::hook(std::string transition) {
  GroupContext& context = parts_.store.context();
  const control::HandoffRecord& record = plan_.record;
  Hooks::Variables variables{
      {"CROSSFADE_GROUP", parts_.store.options().name},
      {"CROSSFADE_TRANSITION", transition},
      {"CROSSFADE_VERB", record.verb},
      {"CROSSFADE_FROM_PERCENT", fmt::format("{:g}", record.from.percent)},
      {"CROSSFADE_TO_PERCENT", fmt::format("{:g}", record.to.percent)},
      {"CROSSFADE_WHO", record.who},
      {"CROSSFADE_REASON", record.reason},
      {"CROSSFADE_VERSION", std::to_string(parts_.store.state().rules.version)},
      {"CROSSFADE_EPOCH", std::to_string(parts_.store.state().rules.epoch)},
      {"CROSSFADE_FENCE_MS", std::to_string(fence_ms_)}};
  const auto ran = co_await context.hooks.run(transition, std::move(variables));
  hook_output_ += ran ? *ran : ran.error().detail;
  if (!ran) {
    context.log.warning("hook", {{"transition", transition}, {"why", ran.error().message}});
    co_return ran.error();
  }
  co_return Result<void>();
}

}  // namespace crossfade::rollout
