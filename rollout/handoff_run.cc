#include "rollout/handoff_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "common/async/task_group.h"
#include "rollout/handoff_state.h"
#include "rollout/hooks.h"

namespace crossfade::rollout {
namespace {

using control::GroupState;
using control::HandoffStep;

constexpr Milliseconds kRepeatPause{200};
constexpr Milliseconds kAskClientsEvery{250};

Failed failed(const Error& error) {
  return {error.message};
}

/// Work that the budget or the stop has ended says no more than that it was ended.
Event failed_within(const Stop& limit, const Error& error) {
  if (limit.requested() && error.fault == Fault::stopped) return BudgetSpent{};
  return failed(error);
}

}  // namespace

HandoffRun::HandoffRun(const HandoffParts& parts, HandoffPlan plan)
    : parts_(parts), plan_(std::move(plan)) {}

Task<Outcome> HandoffRun::run() {
  co_return co_await drive(Handoff::begin(plan_.record.unplanned));
}

Task<Outcome> HandoffRun::resume() {
  barriers_ = plan_.record.barriers;
  co_return co_await drive(Handoff::resumed(plan_.record.step));
}

/// What must succeed is repeated for as long as it takes; the stop ends that, and a restart goes
/// on from what is stored.
Task<Outcome> HandoffRun::drive(Handoff machine) {
  auto limit = std::make_unique<Limit>(parts_.stop, Milliseconds(plan_.budget_ms));
  while (machine.outcome() == Outcome::running) {
    if (machine.pause() && parts_.stop.requested()) break;
    if (machine.pause()) co_await parts_.stop.sleep(kRepeatPause);
    const bool waited = machine.command() == Command::await_clients;
    Event event = BudgetSpent{};
    if (!machine.bounded() || !limit->passed()) event = co_await obey(machine, limit->stop());
    const bool stopped = std::holds_alternative<BudgetSpent>(event) && !limit->passed();
    if (stopped) event = Failed{"The service was stopped."};
    machine.on(event);
    if (waited && plan_.record.unplanned)
      limit = std::make_unique<Limit>(parts_.stop, Milliseconds(plan_.budget_ms));
  }
  why_ = machine.why();
  co_return machine.outcome();
}

Task<Event> HandoffRun::obey(const Handoff& machine, Stop& limit) {
  const Failpoints& failpoints = parts_.store.context().failpoints;
  const std::string name = "handoff." + std::string(to_string(machine.command()));
  failpoints.hit(name + ".before");
  const Clock& clock = parts_.store.context().clock;
  const std::int64_t began = clock.steady_ms();
  Event event = co_await perform(machine, limit);
  took(machine.command(), clock.steady_ms() - began);
  failpoints.hit(name + ".after");
  co_return event;
}

/// Commands that are repeated for as long as it takes count as one.
void HandoffRun::took(Command command, std::int64_t ms) {
  const auto known = std::ranges::find(took_, to_string(command), &StepTime::step);
  if (known == took_.end()) {
    took_.push_back({std::string(to_string(command)), ms});
  } else {
    known->ms += ms;
  }
}

Task<Event> HandoffRun::perform(const Handoff& machine, Stop& limit) {
  switch (machine.command()) {
    case Command::store_fence:
      co_return co_await store_fence();
    case Command::store_step:
      co_return co_await store_step(machine.step());
    case Command::store_journal:
      co_return co_await store_journal(limit);
    case Command::store_flip:
      co_return co_await store_flip();
    case Command::store_end:
      co_return co_await store_end();
    case Command::store_undo:
      co_return co_await store_undo(machine.why());
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
  const GroupContext& context = parts_.store.context();
  fenced_at_ms_ = context.clock.steady_ms();
  GroupState next = with_fence(parts_.store.state(), plan_.record, context.clock.wall_ms());
  plan_.record = *next.handoff;
  co_return co_await written(std::move(next), true);
}

Task<Event> HandoffRun::store_step(HandoffStep step) {
  const std::int64_t now = parts_.store.context().clock.wall_ms();
  co_return co_await written(with_step(parts_.store.state(), step, now), false);
}

/// The point of no return. Dying before it undoes, dying after it completes.
Task<Event> HandoffRun::store_journal(const Stop& limit) {
  if (const auto allowed = co_await hook("before_journal"); !allowed)
    co_return failed(allowed.error());
  if (limit.requested()) co_return BudgetSpent{"The hook before_journal took the rest of it."};
  co_return co_await written(with_journal(parts_.store.state(), barriers_), false, true);
}

Task<Event> HandoffRun::store_flip() {
  std::int64_t violations = 0;
  for (const LinkedPair* link : parts_.links) violations += link->facts().violations;
  const std::int64_t now = parts_.store.context().clock.wall_ms();
  co_return co_await written(with_flip(parts_.store.state(), now, violations), true);
}

Task<Event> HandoffRun::store_end() {
  const Event event = co_await written(with_end(parts_.store.state()), false);
  if (std::holds_alternative<Done>(event)) co_await ended("after_flip");
  co_return event;
}

/// The next version says what version n said.
Task<Event> HandoffRun::store_undo(const std::string& why) {
  const std::int64_t now = parts_.store.context().clock.wall_ms();
  const Event event = co_await written(with_undo(parts_.store.state(), now, why), true);
  if (std::holds_alternative<Done>(event)) co_await ended("after_undo");
  co_return event;
}

Task<void> HandoffRun::ended(std::string transition) {
  const std::int64_t now = parts_.store.context().clock.steady_ms();
  if (fenced_at_ms_ > 0) fence_ms_ = now - fenced_at_ms_;
  co_await hook(std::move(transition));
}

/// Acknowledgements come by the service's long poll and through the control table. Leases end that
/// long after the fence is known to be stored, however long its own write was in doubt.
Task<Event> HandoffRun::await_clients(Stop& limit) {
  GroupContext& context = parts_.store.context();
  const std::string& group = parts_.store.options().name;
  const std::int64_t version = plan_.record.fence_version;
  const std::int64_t known_at = context.clock.steady_ms();
  std::int64_t ask_at = known_at;
  bool asked = false;
  while (true) {
    const std::int64_t now = context.clock.steady_ms();
    if (asked && parts_.registry.settled(version, known_at, now) && !unsettled()) break;
    if (limit.requested()) {
      std::string names;
      for (const std::string& id : parts_.registry.awaited(version, known_at, now))
        names += " " + id;
      co_return BudgetSpent{names.empty() ? "a write with a lost reply may still land."
                                          : "no acknowledgement by client" + names + "."};
    }
    if (now < ask_at) {
      co_await parts_.store.changed().wait(limit, Milliseconds(ask_at - now));
      continue;
    }
    auto stored = co_await context.table.clients(group);
    if (stored) parts_.registry.merge(*stored, context.clock.steady_ms());
    asked = asked || stored;
    ask_at = context.clock.steady_ms() + kAskClientsEvery.count();
  }
  co_return Done{};
}

bool HandoffRun::unsettled() const {
  const std::int64_t now = parts_.store.context().clock.wall_ms();
  for (const LinkedPair* link : parts_.links)
    if (link->facts().unsettled_until_ms > now) return true;
  return false;
}

/// All of them at once; the first failure ends the others.
Task<Result<void>> HandoffRun::on_each_link(LinkWork work, Stop& limit) {
  TaskGroup group(limit);
  for (LinkedPair* link : parts_.links) group.start(work(*link, group.stop()));
  co_return co_await group.join();
}

Task<Event> HandoffRun::drain(Stop& limit) {
  const Moves moves = moves_between(plan_.record.from, plan_.record.to);
  LinkWork work = [&moves](LinkedPair& link, Stop& stop) -> Task<Result<void>> {
    if (moves.to_mongodb) CO_TRY_VOID(co_await link.drain(Side::dynamodb, stop));
    if (moves.to_dynamodb) CO_TRY_VOID(co_await link.drain(Side::mongodb, stop));
    co_return Result<void>();
  };
  const auto drained = co_await on_each_link(std::move(work), limit);
  if (!drained) co_return failed_within(limit, drained.error());
  co_return Done{};
}

Task<Event> HandoffRun::verify(Stop& limit) {
  LinkWork work = [this](LinkedPair& link, Stop& stop) -> Task<Result<void>> {
    CO_TRY(const Verification found,
           co_await link.verify(plan_.verify, parts_.store.state().rules, stop));
    if (found.differences == 0) co_return Result<void>();
    co_return fail(Fault::conflict,
                   fmt::format("{} of {} compared keys of link \"{}\" differ: {}",
                               found.differences, found.compared, link.name(), found.first));
  };
  const auto verified = co_await on_each_link(std::move(work), limit);
  if (!verified) co_return failed_within(limit, verified.error());
  co_return Done{};
}

Task<Event> HandoffRun::hold(Stop& limit) {
  LinkWork work = [this](LinkedPair& link, Stop& stop) -> Task<Result<void>> {
    CO_TRY(barriers_[link.name()], co_await link.hold(!plan_.record.unplanned, stop));
    co_return Result<void>();
  };
  const auto held = co_await on_each_link(std::move(work), limit);
  if (!held) co_return failed_within(limit, held.error());
  while (unsettled()) {
    if (limit.requested()) co_return BudgetSpent{"a write with a lost reply may still land."};
    co_await limit.sleep(kAskClientsEvery);
  }
  co_return Done{};
}

Task<Event> HandoffRun::read_again() {
  const auto read = co_await parts_.store.reload();
  const std::string& process = parts_.store.context().process;
  if (parts_.store.lost()) co_return Found{Found::Kind::taken_over};
  if (!read) co_return failed(read.error());
  co_return found_in(parts_.store.state(), plan_.record, process);
}

/// From here on the links judge by the rules that are stored, before any of them goes on.
void HandoffRun::adopt() {
  const GroupState& state = parts_.store.state();
  for (LinkedPair* link : parts_.links) link->adopt(state.rules, state.handoff);
}

/// After an unplanned flip both directions stay where they are until `recover`.
void HandoffRun::release_links() {
  const auto& state = parts_.store.state();
  if (state.handoff) adopt();
  const bool stranded = state.handoff && state.handoff->unplanned;
  if (stranded) return;
  for (LinkedPair* link : parts_.links) link->release();
}

Task<Result<void>> HandoffRun::hook(std::string transition) {
  GroupContext& context = parts_.store.context();
  Hooks::Variables variables = hook_variables(parts_.store.state(), plan_.record, transition);
  variables["CROSSFADE_FENCE_MS"] = std::to_string(fence_ms_);
  const auto ran =
      co_await context.hooks.run(parts_.store.options().hooks, transition, std::move(variables));
  hook_output_ += ran ? *ran : ran.error().detail;
  if (!ran) {
    context.log.warning("hook", {{"transition", transition}, {"why", ran.error().message}});
    co_return ran.error();
  }
  co_return Result<void>();
}

}  // namespace crossfade::rollout
