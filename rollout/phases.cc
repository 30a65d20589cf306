#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rollout/guards.h"

namespace crossfade::rollout {
namespace {

using control::GroupPhase;
using control::GroupState;

Moves moves_from_all_dynamodb(const AuthorityRule& rule) {
  AuthorityRule begin;
  begin.salt = rule.salt;
  return moves_between(begin, rule);
}

bool nobody_on_mongodb(const AuthorityRule& rule) {
  return !moves_from_all_dynamodb(rule).to_mongodb;
}

bool everybody_on_mongodb(const AuthorityRule& rule) {
  return rule.side_of(std::nullopt) == Side::mongodb && rule.deny.empty();
}

std::string over(const GroupState& state) {
  if (state.phase == GroupPhase::completed)
    return "The move is completed and nothing leads back: begin a new group to move again.";
  if (state.phase == GroupPhase::cancelled)
    return "The move was cancelled: begin a new group to start again.";
  return {};
}

std::string not_synced(const GroupState& state) {
  if (state.phase != GroupPhase::defined) return {};
  return "Not every link of the group is synced yet: wait until `crossfade status` says so.";
}

std::string stranded(const GroupState& state) {
  if (!state.stranded) return {};
  return "What MongoDB had at the unplanned rollback is not settled: run `crossfade recover` "
         "first.";
}

std::string nothing_to_roll_back(const GroupState& state) {
  if (!nobody_on_mongodb(state.rules.rule)) return {};
  return "No subject is on MongoDB: there is nothing to roll back.";
}

std::string nothing_to_recover(const GroupState& state) {
  if (state.stranded) return {};
  return "No unplanned rollback awaits recovery: there is nothing to do.";
}

std::string not_everybody(const GroupState& state) {
  const AuthorityRule& rule = state.rules.rule;
  if (everybody_on_mongodb(rule)) return {};
  if (rule.side_of(std::nullopt) == Side::mongodb)
    return fmt::format(
        "{} subjects are denied and still on DynamoDB: take them off the list with `crossfade "
        "rollout ramp --unlist`.",
        rule.deny.size());
  return fmt::format(
      "{} % of the subjects are on MongoDB: run `crossfade rollout ramp --to 100` first.",
      rule.percent);
}

std::string somebody(const GroupState& state) {
  const AuthorityRule& rule = state.rules.rule;
  if (nobody_on_mongodb(rule)) return {};
  return fmt::format(
      "{} % of the subjects and {} allowed ones are on MongoDB: run `crossfade rollback` first.",
      rule.percent, rule.allow.size());
}

using Check = std::string (*)(const GroupState&);

/// What each verb is refused for, in the order in which a person should hear of it.
std::vector<Check> checks_of(Verb verb) {
  switch (verb) {
    case Verb::ramp:
      return {over, not_synced, stranded};
    case Verb::rollback:
      return {over, not_synced, stranded, nothing_to_roll_back};
    case Verb::rollback_unplanned:
      return {over, not_synced, nothing_to_roll_back};
    case Verb::recover:
      return {nothing_to_recover};
    case Verb::complete:
      return {over, not_synced, stranded, not_everybody};
    case Verb::cancel:
      return {over, stranded, somebody};
  }
  return {};
}

void say(GroupState& state, std::int64_t now_ms, std::string what) {
  if (!state.history.empty() && state.history.back().what == what) return;
  note(state, {now_ms, std::move(what), "crossfade", ""});
}

bool all_of(const GroupFacts& facts, bool LinkFacts::* what) {
  return std::ranges::all_of(facts.links, what);
}

bool ended(GroupPhase phase) {
  return phase == GroupPhase::completed || phase == GroupPhase::cancelled;
}

std::optional<GroupState> clean_anew(const GroupFacts& facts) {
  GroupState next = facts.state;
  for (const LinkFacts& link : facts.links)
    next.clean_since_ms = std::max(next.clean_since_ms, link.mismatch_ms);
  if (next.clean_since_ms == facts.state.clean_since_ms) return std::nullopt;
  say(next, facts.now_ms,
      "A key differed between the sides, or was not compared in time: the clean time began anew.");
  return next;
}

}  // namespace

std::optional<GroupState> advanced(const GroupFacts& facts) {
  GroupState next = facts.state;
  if (next.handoff || ended(next.phase)) return std::nullopt;
  if (next.phase == GroupPhase::defined) {
    if (!all_of(facts, &LinkFacts::synced)) return std::nullopt;
    next.phase = GroupPhase::synced;
    say(next, facts.now_ms, "Both directions of every link follow their source.");
    return next;
  }
  if (next.clean_since_ms > 0) return clean_anew(facts);
  if (!all_of(facts, &LinkFacts::proving)) return std::nullopt;
  next.clean_since_ms = facts.now_ms;
  if (next.phase == GroupPhase::synced) next.phase = GroupPhase::proving;
  say(next, facts.now_ms, "Every changed key is compared on both sides from now on.");
  return next;
}

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::ramp:
      return "ramp";
    case Verb::rollback:
      return "rollback";
    case Verb::rollback_unplanned:
      return "rollback --unplanned";
    case Verb::recover:
      return "recover";
    case Verb::complete:
      return "complete";
    case Verb::cancel:
      return "cancel";
  }
  return "";
}

std::string refusal(const Wish& wish, const GroupFacts& facts) {
  const GroupState& state = facts.state;
  if (state.handoff) {
    const control::HandoffRecord& handoff = *state.handoff;
    return fmt::format(
        "A {} by {} is under way (step {}): wait until it has ended, `crossfade why` tells.",
        handoff.verb, handoff.who, to_string(handoff.step));
  }
  for (const Check& check : checks_of(wish.verb)) {
    std::string reason = check(state);
    if (!reason.empty()) return reason;
  }
  return {};
}

GroupPhase phase_after(const AuthorityRule& rule, GroupPhase before) {
  if (everybody_on_mongodb(rule)) return GroupPhase::switched;
  if (!nobody_on_mongodb(rule)) return GroupPhase::ramping;
  const bool never_moved = before == GroupPhase::defined || before == GroupPhase::synced ||
                           before == GroupPhase::proving;
  return never_moved ? before : GroupPhase::rolled_back;
}

}  // namespace crossfade::rollout
