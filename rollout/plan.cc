#include "rollout/plan.h"

#include "rollout/handoff.h"

namespace crossfade::rollout {
namespace {

std::string sentence_of(Command command) {
  switch (command) {
    case Command::store_fence:
      return "Fence: the moving subjects become read-only on both sides (a new version of the "
             "rules).";
    case Command::await_clients:
      return "Wait until every client has acknowledged it or its lease has ended.";
    case Command::drain:
      return "Drain: apply on the other side what was written before the fence.";
    case Command::verify:
      return "Verify: compare the moving subjects' keys on both sides with strong reads.";
    case Command::hold:
      return "Hold: both directions of every link stand still at a stored checkpoint.";
    case Command::store_journal:
      return "Journal: the point of no return; from here on it is only completed.";
    case Command::store_flip:
      return "Flip: a new version of the rules gives authority to the other side.";
    case Command::release:
      return "Release: both directions go on.";
    default:
      return {};
  }
}

std::vector<std::string> steps_of_handoff(bool unplanned) {
  std::vector<std::string> out;
  Handoff machine = Handoff::begin(unplanned);
  while (machine.outcome() == Outcome::running) {
    std::string sentence = sentence_of(machine.command());
    if (!sentence.empty()) out.push_back(std::move(sentence));
    machine.on(Done{});
  }
  return out;
}

}  // namespace

AuthorityRule usual_goal(Verb verb, const AuthorityRule& present) {
  AuthorityRule out = present;
  if (verb == Verb::ramp) out.percent = 100;
  if (verb == Verb::rollback || verb == Verb::rollback_unplanned) {
    out.percent = 0;
    out.allow.clear();
  }
  return out;
}

std::vector<std::string> steps_of(const Wish& wish) {
  switch (wish.verb) {
    case Verb::ramp:
    case Verb::rollback:
      return steps_of_handoff(false);
    case Verb::rollback_unplanned:
      return steps_of_handoff(true);
    case Verb::recover:
      return {"Capture everything that MongoDB has committed.",
              "Settle each stranded change by the policy, with both images kept.",
              "Let the forward direction go on."};
    case Verb::complete:
      return {"Let applications write to MongoDB without asking the router.",
              "When no client is left, remove the links from the configuration and restart.",
              "Disable the table's stream, and delete the table when nobody reads it.",
              "Delete the state database, the event logs and the control table."};
    case Verb::cancel:
      break;
  }
  return {"Nothing has moved: remove the links from the configuration when you like."};
}

}  // namespace crossfade::rollout
