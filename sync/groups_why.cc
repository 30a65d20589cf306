#include "sync/groups_why.h"

#include <fmt/core.h>

namespace crossfade::sync {
namespace {

using control::GroupPhase;
using control::HandoffRecord;
using control::HandoffStep;

std::string under_way(const HandoffRecord& handoff) {
  const std::string what = fmt::format("The {} that {} began (version {} of the rules)",
                                       handoff.verb, handoff.who, handoff.fence_version);
  if (past_journal(handoff.step)) {
    return what +
           " is past its journal entry: it will be completed by the service, also after a "
           "restart, and nothing leads back.";
  }
  if (handoff.step == HandoffStep::undoing) {
    return what + " is being undone: the rules from before it are about to hold again.";
  }
  return fmt::format(
      "{} is at step \"{}\": writes of the moving subjects are refused on both sides, and if it "
      "fails now it is undone.",
      what, to_string(handoff.step));
}

std::string where_subjects_are(const AuthorityRule& rule) {
  std::string text = fmt::format("{:g} % of the subjects are on MongoDB", rule.percent);
  if (!rule.allow.empty())
    text.append(fmt::format(", {} more by the allow list", rule.allow.size()));
  if (!rule.deny.empty())
    text.append(fmt::format(", {} kept off by the deny list", rule.deny.size()));
  return text;
}

std::string at_rest(const control::GroupState& state) {
  switch (state.phase) {
    case GroupPhase::defined:
      return "Not every link of the group is synced yet: see \"crossfade status\".";
    case GroupPhase::synced:
      return "Both directions follow, every subject is on DynamoDB and nothing is proven yet.";
    case GroupPhase::proving:
      return "Every changed key is compared on both sides; every subject is on DynamoDB.";
    case GroupPhase::ramping:
      return where_subjects_are(state.rules.rule) + "; both directions follow.";
    case GroupPhase::switched:
      return "Every subject is on MongoDB; DynamoDB follows, so that \"crossfade rollback\" loses "
             "nothing.";
    case GroupPhase::rolled_back:
      return "Every subject is on DynamoDB again; MongoDB follows.";
    case GroupPhase::completed:
      return "The move is over: MongoDB has every subject and DynamoDB is not followed any more.";
    case GroupPhase::cancelled:
      return "The move was given up: DynamoDB has every subject.";
  }
  return "";
}

}  // namespace

bool past_journal(HandoffStep step) {
  return step == HandoffStep::journaled || step == HandoffStep::releasing;
}

std::string explain(const control::GroupState& state) {
  std::string text = state.handoff ? under_way(*state.handoff) : at_rest(state);
  if (state.stranded) {
    text.append(
        " Changes that MongoDB had taken before the unplanned rollback wait there: \"crossfade "
        "recover\" brings them over when it is back.");
  }
  return text;
}

}  // namespace crossfade::sync
