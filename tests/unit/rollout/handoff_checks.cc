#include "tests/unit/rollout/handoff_world.h"

namespace crossfade::rollout {
namespace {

using control::GroupState;
using control::HandoffStep;

bool fenced_for_all(const GroupState& state) {
  if (!state.handoff || state.handoff->unplanned) return false;
  const HandoffStep step = state.handoff->step;
  return step >= HandoffStep::draining && step <= HandoffStep::journaled;
}

bool empty(const PerSide<std::vector<Record>>& feed) {
  return feed[0].empty() && feed[1].empty();
}

}  // namespace

void HandoffWorld::complain(const std::string& what) {
  if (broken_.empty()) broken_ = what;
}

void HandoffWorld::check() {
  check_authority();
  if (quiet()) check_quiet();
}

/// Where clients write the moving subject now, or have a write under way.
void HandoffWorld::check_authority() {
  if (scenario_->overridden || scenario_->unplanned) return;
  PerSide<bool> written{};
  for (const Client& client : clients_) {
    if (may_write(client, kMover)) written[static_cast<std::size_t>(client.mover.side)] = true;
    const auto& write = client.under_way;
    if (write && write->subject == kMover) written[static_cast<std::size_t>(write->side)] = true;
  }
  if (written[0] && written[1]) complain("I4: both sides are written at the same time");
  if ((written[0] || written[1]) && fenced_for_all(*table_))
    complain("I4: a moving subject is written though every client has acknowledged the fence");
}

void HandoffWorld::check_stored(const GroupState& before, const GroupState& after) {
  const Decision stayer = after.rules.decide("stayer");
  if (stayer.fenced || stayer.side != stayer_side())
    complain("a subject that does not move is fenced");
  if (after.rules != before.rules && after.rules.version <= highest_version_)
    complain("a version is used twice");
  highest_version_ = std::max(highest_version_, after.rules.version);
  const bool journaled = before.handoff && before.handoff->step >= HandoffStep::journaled;
  const bool moves = after.rules.epoch != before.rules.epoch;
  const bool ends = journaled && !after.handoff;
  if (ends && before.handoff->step == HandoffStep::journaled)
    complain("I11: undone after its journal entry");
  if (journaled && before.handoff->step == HandoffStep::releasing && after.rules != before.rules)
    complain("I11: the rules change before the hand-off has ended");
  if (moves) check_flip(before);
}

void HandoffWorld::check_flip(const GroupState& before) {
  if (!before.handoff || before.handoff->step != HandoffStep::journaled)
    return complain("I10: authority moves without a journal entry");
  const control::Barrier& barrier = before.handoff->barriers.at("link");
  const bool forward = links_.applied[0] == barrier.forward || scenario_->unplanned;
  const bool backward = links_.applied[1] == barrier.backward;
  const bool durable = links_.backward_checkpoint >= barrier.backward || scenario_->unplanned;
  if (!links_.held || !forward || !backward)
    complain("I10: authority moves while a direction does not stand at its barrier");
  if (!durable) complain("I10: authority moves before the checkpoint is stored");
}

void HandoffWorld::check_finished(const Process& process) {
  const Outcome outcome = process.machine->outcome();
  const Side side = table_->rules.rule.side_of("mover");
  const Side to = process.ours->to.side_of("mover");
  if (table_->handoff || table_->rules.next) complain("I11: a hand-off has ended and is stored");
  if ((outcome == Outcome::done) != (side == to))
    complain("I11: the outcome is not what the rules say");
  if (links_.now != side) complain("I11: the links judge by another rule than the clients");
  if (links_.held && !table_->stranded)
    complain("I11: the links stand though nothing is under way");
}

bool HandoffWorld::quiet() const {
  for (const Process& process : processes_)
    if (!process.alive || process.machine) return false;
  for (const Client& client : clients_)
    if (client.under_way) return false;
  const bool applied = links_.applied[0] == static_cast<int>(links_.log[0].size()) &&
                       links_.applied[1] == static_cast<int>(links_.log[1].size());
  const bool settled = requests_.empty() && links_.late.empty();
  return applied && settled && empty(links_.feed) && !links_.held && mongodb_;
}

void HandoffWorld::check_quiet() {
  if (table_->handoff || table_->rules.next) complain("I11: a fence is left behind");
  if ((landed_ & ~(applied_ | listed_)) != 0)
    complain("I12: a write is neither applied nor listed");
  if (scenario_->strict() && listed_ != 0)
    complain("I12: a write to the right side was taken for a violation");
  for (const int subject : {kMover, kStayer}) {
    const Value value = cell(subject, Side::dynamodb).value;
    const Value truth = truth_[static_cast<std::size_t>(subject)];
    if (value != cell(subject, Side::mongodb).value) complain("I12: the sides differ at rest");
    if (value != truth && (listed_ & (1U << truth)) == 0)
      complain("I12: the last acknowledged write is lost");
  }
}

}  // namespace crossfade::rollout
