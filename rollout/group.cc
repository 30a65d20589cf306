#include "rollout/group.h"

#include <fmt/core.h>

#include <algorithm>

#include "rollout/handoff_run.h"
#include "rollout/hooks.h"
#include "rollout/plan.h"
#include "rollout/verbs.h"

namespace crossfade::rollout {
namespace {

using control::GroupPhase;
using control::GroupState;
using Kind = MoveAnswer::Kind;

constexpr Milliseconds kWatchEvery{500};
constexpr Milliseconds kExpireEvery{60'000};
constexpr Milliseconds kConfirmEvery{2'000};
constexpr Milliseconds kRecoverWithin = std::chrono::minutes(10);

/// For as long as a verb is under way.
class Busy {
 public:
  Busy(std::string& place, std::string what) : place_(place) { place_ = std::move(what); }
  ~Busy() { place_.clear(); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::string& place_;
};

std::string names_of(const std::vector<Guard>& guards) {
  std::string out;
  for (const Guard& guard : guards) out += (out.empty() ? "" : ", ") + guard.name;
  return out;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

control::Barrier barrier_of(const control::HandoffRecord& record, const LinkedPair& link) {
  const auto found = record.barriers.find(link.name());
  return found == record.barriers.end() ? control::Barrier{} : found->second;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::done:
      return "done";
    case Kind::planned:
      return "planned";
    case Kind::unmet:
      return "unmet";
    case Kind::undone:
      return "undone";
    case Kind::completing:
      return "completing";
    case Kind::refused:
      break;
  }
  return "refused";
}

Group::Group(GroupOptions options, GroupContext& context, std::vector<LinkedPair*> links,
             Stop& parent)
    : store_(std::move(options), context, parent.executor()),
      links_(std::move(links)),
      stop_(parent) {}

Task<Result<void>> Group::open() {
  CO_TRY_VOID(co_await store_.open());
  for (LinkedPair* link : links_) link->drive_under(store_.lease());
  GroupContext& context = store_.context();
  CO_TRY(const auto stored, co_await context.table.clients(name()));
  registry_.merge(stored, context.clock.steady_ms());
  if (state().handoff) CO_TRY_VOID(co_await end_what_is_left());
  CO_TRY(auto last, co_await context.table.last_handoff(name(), state().rules.epoch));
  if (state().stranded) last = state().stranded;
  for (LinkedPair* link : links_) {
    link->adopt(state().rules, last);
    if (state().stranded) link->strand(barrier_of(*state().stranded, *link));
  }
  co_return Result<void>();
}

Task<Result<void>> Group::end_what_is_left() {
  const HandoffParts parts{store_, registry_, links_, stop_};
  HandoffRun run(parts, {*state().handoff});
  const Outcome outcome = co_await run.resume();
  if (outcome == Outcome::running)
    co_return fail(Fault::stopped, "The service stopped while it ended a hand-off.");
  if (outcome == Outcome::superseded)
    co_return fail(Fault::stale, "Another process drives group \"" + name() + "\".");
  co_return Result<void>();
}

Task<Result<void>> Group::run() {
  std::int64_t expired_at = store_.context().clock.steady_ms();
  std::int64_t confirmed_at = expired_at;
  while (!stop_.requested() && !store_.lost()) {
    if (busy_.empty()) {
      const auto kept = co_await keep_phase();
      if (!kept) store_.context().log.warning("group", {{"why", kept.error().message}});
    }
    const std::int64_t now = store_.context().clock.steady_ms();
    if (now - expired_at >= kExpireEvery.count()) {
      expired_at = now;
      const auto dropped = co_await drop_expired_clients();
      if (!dropped) store_.context().log.warning("clients", {{"why", dropped.error().message}});
    }
    if (now - confirmed_at >= kConfirmEvery.count()) {
      confirmed_at = now;
      co_await store_.confirm();
      if (busy_.empty()) co_await hear_of_clients();
    }
    co_await stop_.sleep(kWatchEvery);
  }
  if (!store_.lost()) co_return Result<void>();
  co_return fail(Fault::stale, "Another crossfade process drives group \"" + name() +
                                   "\" now, so this one has stopped the group's links.");
}

Task<Result<void>> Group::keep_phase() {
  std::optional<GroupState> next = advanced(facts(MoveRequest{}.budget_ms));
  if (!next) co_return Result<void>();
  co_return co_await store_.store(std::move(*next), false);
}

/// One that follows the rules through the control table alone seems silent, and behind, until its
/// record is read.
Task<void> Group::hear_of_clients() {
  GroupContext& context = store_.context();
  const std::int64_t version = state().rules.version;
  const ClientFacts known = registry_.facts(version, context.clock.steady_ms());
  if (known.silent_lease_ms == 0 && known.behind == 0) co_return;
  const auto stored = co_await context.table.clients(name());
  if (stored) registry_.merge(*stored, context.clock.steady_ms());
}

Task<Result<void>> Group::drop_expired_clients() {
  const std::vector<std::string> expired = registry_.expired(store_.context().clock.steady_ms());
  for (const control::ClientRecord& client : registry_.records()) {
    if (std::ranges::find(expired, client.id) == expired.end()) continue;
    CO_TRY_VOID(co_await store_.context().table.forget_client(name(), client.id, client.seen_ms));
    registry_.forget(client.id);
  }
  co_return Result<void>();
}

GroupFacts Group::facts(std::int64_t budget_ms) const {
  GroupFacts out;
  out.state = store_.state();
  for (const LinkedPair* link : links_) out.links.push_back(link->facts());
  const Clock& clock = store_.context().clock;
  out.clients = registry_.facts(out.state.rules.version, clock.steady_ms());
  out.now_ms = clock.wall_ms();
  out.budget_ms = budget_ms;
  return out;
}

std::vector<VerbState> Group::next() const {
  std::vector<VerbState> out;
  const GroupFacts now = facts(MoveRequest{}.budget_ms);
  for (const Verb verb : {Verb::ramp, Verb::rollback, Verb::rollback_unplanned, Verb::recover,
                          Verb::complete, Verb::cancel}) {
    const Wish wish{verb, usual_goal(verb, state().rules.rule)};
    out.push_back({verb, refusal(wish, now), guards_of(wish, now, store_.options().limits)});
  }
  return out;
}

MoveAnswer Group::answer(Kind kind, std::string sentence) const {
  MoveAnswer out;
  out.kind = kind;
  out.sentence = std::move(sentence);
  out.rules = state().rules;
  return out;
}

std::optional<MoveAnswer> Group::refused(const MoveRequest& request, const Wish& wish) const {
  if (store_.lost())
    return answer(Kind::refused, "Another crossfade process drives group \"" + name() + "\" now.");
  if (!busy_.empty())
    return answer(Kind::refused, busy_ + " is under way; wait for its end (crossfade why).");
  const GroupFacts now = facts(request.budget_ms);
  if (std::string why = refusal(wish, now); !why.empty())
    return answer(Kind::refused, std::move(why));
  const std::vector<Guard> guards = guards_of(wish, now, store_.options().limits);
  if (const auto wrong = not_overridable(guards, request.overrides); !wrong.empty())
    return answer(Kind::refused, "These guards cannot be overridden: " + list_of(wrong) + ".");
  const std::vector<Guard> open = unmet(guards, request.overrides);
  if (open.empty()) return std::nullopt;
  MoveAnswer out = answer(Kind::unmet, "Guards stand in the way: " + names_of(open) + ".");
  out.guards = guards;
  return out;
}

/// Looked at before anything is done: afterwards the log is applied.
std::vector<AtRisk> Group::at_risk(Verb verb) const {
  std::vector<AtRisk> out;
  if (verb != Verb::rollback_unplanned) return out;
  for (const LinkedPair* link : links_) out.push_back(link->facts().at_risk);
  return out;
}

Task<MoveAnswer> Group::move(MoveRequest request) {
  co_await hear_of_clients();
  std::vector<AtRisk> risk = at_risk(request.verb);
  MoveAnswer out = co_await decide(std::move(request));
  out.at_risk = std::move(risk);
  co_return out;
}

Task<MoveAnswer> Group::decide(MoveRequest request) {
  if (!opened()) {
    co_return answer(Kind::refused,
                     "Group \"" + name() + "\" is not open yet: its links are being set up.");
  }
  auto goal = wished_rule(state().rules.rule, request);
  if (!goal) co_return answer(Kind::refused, goal.error().message);
  const Wish wish{request.verb, std::move(*goal)};
  if (auto no = refused(request, wish)) co_return std::move(*no);
  if (request.dry_run) {
    MoveAnswer out = answer(Kind::planned, "Nothing was done.");
    out.guards = guards_of(wish, facts(request.budget_ms), store_.options().limits);
    out.steps = steps_of(wish);
    co_return out;
  }
  const Busy busy(busy_, fmt::format("{} by {}", to_string(request.verb), request.who));
  co_return co_await perform(std::move(request), wish);
}

Task<MoveAnswer> Group::perform(MoveRequest request, Wish wish) {
  switch (wish.verb) {
    case Verb::complete:
    case Verb::cancel:
      co_return co_await close(std::move(request), std::move(wish));
    case Verb::recover:
      co_return co_await recover(std::move(request));
    default:
      co_return co_await hand_over(std::move(request), std::move(wish));
  }
}

Task<MoveAnswer> Group::hand_over(MoveRequest request, Wish wish) {
  HandoffPlan plan;
  plan.budget_ms = request.budget_ms;
  plan.verify = request.verify;
  plan.record.id = store_.context().random.id();
  plan.record.from = state().rules.rule;
  plan.record.to = std::move(wish.to);
  plan.record.verb = to_string(wish.verb);
  plan.record.unplanned = wish.verb == Verb::rollback_unplanned;
  plan.record.who = request.who;
  plan.record.reason = request.reason;
  plan.record.began_ms = store_.context().clock.wall_ms();
  const HandoffParts parts{store_, registry_, links_, stop_};
  HandoffRun run(parts, std::move(plan));
  const Outcome outcome = co_await run.run();
  MoveAnswer out = answer(Kind::done, "Authority has moved.");
  const bool taken = outcome == Outcome::undone && store_.lost();
  if (outcome == Outcome::superseded || taken) {
    out =
        answer(Kind::refused, "Another process drives the group now; it decides what comes of it.");
  } else if (outcome == Outcome::undone) {
    out = answer(Kind::undone, "It was undone, nothing has moved. " + run.why());
  } else if (outcome == Outcome::running) {
    out = answer(Kind::completing, "The service stops; the next one ends it (crossfade why).");
  }
  out.hook_output = run.hook_output();
  out.fence_ms = run.fence_ms();
  out.took = run.took();
  co_return out;
}

/// Nothing is dropped, by neither of them.
Task<MoveAnswer> Group::close(MoveRequest request, Wish wish) {
  GroupState next = state();
  const bool complete = wish.verb == Verb::complete;
  next.phase = complete ? GroupPhase::completed : GroupPhase::cancelled;
  note(next, {store_.context().clock.wall_ms(),
              complete ? "The move is complete." : "The move was cancelled.", request.who,
              request.reason});
  const auto stored = co_await store_.store(std::move(next), false);
  if (!stored) co_return answer(Kind::refused, stored.error().message);
  MoveAnswer out = answer(Kind::done, complete ? "The move is complete." : "It was cancelled.");
  out.steps = steps_of(wish);
  if (complete) out.hook_output = co_await after_complete(request);
  co_return out;
}

/// The move is over by then: a program that fails is told, and stops nothing.
Task<std::string> Group::after_complete(const MoveRequest& request) {
  const std::string transition = "after_complete";
  control::HandoffRecord record;
  record.from = record.to = state().rules.rule;
  record.verb = to_string(request.verb);
  record.who = request.who;
  record.reason = request.reason;
  GroupContext& context = store_.context();
  auto ran = co_await context.hooks.run(store_.options().hooks, transition,
                                        hook_variables(state(), record, transition));
  if (ran) co_return std::move(*ran);
  context.log.warning("hook", {{"transition", transition}, {"why", ran.error().message}});
  co_return ran.error().detail;
}

/// Stored before it is answered, where the control table does not have it so.
Task<Result<void>> Group::keep_client(control::ClientRecord client) {
  const Clock& clock = store_.context().clock;
  if (!registry_.renewed(client, clock.steady_ms())) co_return Result<void>();
  client.seen_ms = clock.wall_ms();
  CO_TRY_VOID(co_await store_.context().table.put_client(name(), client));
  registry_.stored(client.id, client.seen_ms);
  co_return Result<void>();
}

/// Counted again when it is answered: the client's promise begins no earlier than that.
Task<Result<RuleSet>> Group::lease(LeaseRequest request) {
  if (!registry_.has_room_for(request.client.id))
    co_return fail(Fault::conflict, "The group has as many clients as it can have.");
  if (!opened()) CO_TRY_VOID(co_await store_.confirm());
  CO_TRY_VOID(co_await keep_client(request.client));
  store_.changed().notify();
  Limit limit(stop_, request.wait);
  while (state().rules.version <= request.known && !limit.stop().requested())
    co_await store_.changed().wait(limit.stop(), request.wait);
  CO_TRY_VOID(co_await store_.confirm());
  CO_TRY_VOID(co_await keep_client(request.client));
  co_return state().rules;
}

void Group::shadow_read(const ShadowRead& read) {
  ++(read.equal ? shadow_.equal : shadow_.different);
  if (read.equal) return;
  shadow_.last = fmt::format("{} {}: {}.", read.link, read.key, read.difference);
  store_.context().log.warning(
      "shadow_read", {{"group", name()}, {"link", read.link}, {"differs", read.difference}});
}

Task<MoveAnswer> Group::recover(MoveRequest request) {
  Limit limit(stop_, kRecoverWithin);
  Recovery sum;
  for (LinkedPair* link : links_) {
    const auto recovered = co_await link->recover(limit.stop());
    if (!recovered) co_return answer(Kind::undone, recovered.error().message);
    sum.changes += recovered->changes;
    sum.violations += recovered->violations;
    sum.merged += recovered->merged;
    sum.kept += recovered->kept;
  }
  GroupState next = state();
  next.stranded.reset();
  const std::string sentence = fmt::format(
      "{} changes were stranded on MongoDB; {} of them stand as violations: {} "
      "restored, {} merged, {} kept.",
      sum.changes, sum.violations, sum.violations - sum.merged - sum.kept, sum.merged, sum.kept);
  note(next, {store_.context().clock.wall_ms(), sentence, request.who, request.reason});
  const auto stored = co_await store_.store(std::move(next), false);
  if (!stored) co_return answer(Kind::refused, stored.error().message);
  co_return answer(Kind::done, sentence);
}

Task<Result<void>> Group::forget_client(std::string client) {
  CO_TRY_VOID(co_await store_.context().table.forget_client(name(), client));
  registry_.forget(client);
  co_return Result<void>();
}

}  // namespace crossfade::rollout
