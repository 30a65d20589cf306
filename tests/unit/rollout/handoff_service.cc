#include <algorithm>

#include "rollout/handoff_state.h"
#include "tests/unit/rollout/handoff_world.h"

namespace crossfade::rollout {
namespace {

using control::GroupState;
using control::HandoffStep;

bool stores(Command command) {
  return to_string(command).starts_with("store_");
}

bool sent_fence(const Process& process) {
  return process.machine->command() == Command::store_fence;
}

}  // namespace

void HandoffWorld::service_steps(std::vector<Step>& out) const {
  const Process& leader = processes_.back();
  const bool idle = leader.alive && !leader.machine;
  const bool can_begin = !table_->stranded && mongodb_ != scenario_->unplanned;
  if (idle && left_.handoffs > 0 && can_begin) out.push_back({StepKind::begin});
  if (idle && table_->stranded && mongodb_) out.push_back({StepKind::recover});
  for (int i = 0; i < static_cast<int>(processes_.size()); ++i)
    if (processes_[static_cast<std::size_t>(i)].machine) command_steps(i, out);
  if (!leader.alive) out.push_back({StepKind::restart});
  if (leader.alive && left_.takeovers > 0) out.push_back({StepKind::take_over});
  if (leader.alive && left_.crashes > 0) {
    out.push_back({StepKind::crash});
    if (leader.machine && stores(leader.machine->command())) {
      out.push_back({StepKind::crash_obeyed});
      out.push_back({StepKind::crash_sending});
    }
  }
  for (int i = 0; i < static_cast<int>(requests_.size()); ++i)
    out.push_back({StepKind::arrive, 0, i});
  const bool goes = scenario_->unplanned && left_.handoffs > 0 && !leader.machine;
  if (mongodb_ && goes) out.push_back({StepKind::mongodb_gone});
  if (!mongodb_) out.push_back({StepKind::mongodb_back});
}

void HandoffWorld::command_steps(int index, std::vector<Step>& out) const {
  const Process& process = processes_[static_cast<std::size_t>(index)];
  const Command command = process.machine->command();
  if (can_obey(process)) out.push_back({StepKind::obey, index});
  const bool differs = command == Command::verify && leads(process) && !equal();
  const bool fails =
      left_.failures > 0 && command != Command::release && command != Command::release_undone;
  if (differs || fails) out.push_back({StepKind::fail, index});
  if (left_.spends > 0 && process.machine->bounded()) out.push_back({StepKind::spend, index});
  if (left_.losses > 0 && stores(command)) {
    out.push_back({StepKind::lose_reply, index});
    out.push_back({StepKind::lose_request, index});
  }
}

/// A process that was taken over knows nothing of the links any more and believes anything.
bool HandoffWorld::can_obey(const Process& process) const {
  if (!leads(process)) return true;
  switch (process.machine->command()) {
    case Command::await_clients:
      if (planted(Plant::no_wait_for_clients)) return true;
      return settled(process) && (links_.late.empty() || planted(Plant::late_writes_ignored));
    case Command::drain:
      return drained();
    case Command::verify:
      return equal();
    case Command::hold:
      return can_hold();
    default:
      return true;
  }
}

void HandoffWorld::serve(const Step& step) {
  Process& process = processes_[static_cast<std::size_t>(step.who)];
  switch (step.kind) {
    case StepKind::begin:
      return begin();
    case StepKind::recover:
      return recover();
    case StepKind::obey:
      return obey(process);
    case StepKind::fail:
      left_.failures = std::max(0, left_.failures - 1);
      return answer(process, Failed{"It failed."});
    case StepKind::spend:
      --left_.spends;
      return answer(process, BudgetSpent{});
    case StepKind::lose_reply:
      --left_.losses;
      write(request_of(process));
      return answer(process, OutcomeUnknown{});
    case StepKind::lose_request:
      --left_.losses;
      requests_.push_back(request_of(process));
      return answer(process, OutcomeUnknown{});
    default:
      return;
  }
}

void HandoffWorld::begin() {
  --left_.handoffs;
  Process& process = processes_.back();
  auto record = std::make_shared<control::HandoffRecord>();
  record->id = "h" + std::to_string(left_.handoffs);
  record->to = process.state->rules.rule;
  const auto toggle = [&](const char* subject) {
    if (record->to.allow.erase(subject) == 0) record->to.allow.insert(subject);
  };
  toggle("mover");
  if (planted(Plant::every_subject_is_fenced)) toggle("stayer");
  record->unplanned = scenario_->unplanned;
  record->fence_version = process.state->next_version;
  process.ours = record;
  process.machine = Handoff::begin(record->unplanned);
}

/// What was captured before the barrier is applied; the rest goes through the policy now.
void HandoffWorld::recover() {
  GroupState next = *table_;
  next.stranded.reset();
  ++next.revision;
  links_.backward_checkpoint = std::max(links_.backward_checkpoint, links_.applied[1]);
  links_.held = false;
  write({std::make_shared<const GroupState>(std::move(next)), table_->revision});
  processes_.back().state = table_;
}

GroupState HandoffWorld::next_state(const Process& process) const {
  const GroupState& state = *process.state;
  const Handoff& machine = *process.machine;
  switch (machine.command()) {
    case Command::store_fence:
      return with_fence(state, *process.ours, clock_);
    case Command::store_step:
      return with_step(state, machine.step(), clock_ + 1);
    case Command::store_journal:
      return with_journal(state, {{"link", process.barrier}});
    case Command::store_flip:
      return with_flip(state, clock_, 0);
    case Command::store_end:
      return with_end(state);
    default:
      break;
  }
  GroupState undone = with_undo(state, clock_, machine.why());
  if (planted(Plant::version_used_twice)) {
    undone.rules.version = process.ours->fence_version;
    undone.next_version = state.next_version;
  }
  return undone;
}

Request HandoffWorld::request_of(const Process& process) const {
  GroupState next = next_state(process);
  next.history.clear();
  next.revision = process.state->revision + 1;
  return {std::make_shared<const GroupState>(std::move(next)), process.state->revision};
}

/// The control table: one item, under its revision.
bool HandoffWorld::write(const Request& request) {
  if (request.revision != table_->revision && !planted(Plant::revision_ignored)) return false;
  check_stored(*table_, *request.next);
  table_ = request.next;
  const bool drains = table_->handoff && table_->handoff->step == HandoffStep::draining;
  if (drains) clock_ = std::max(clock_, table_->handoff->fence_ms);
  return true;
}

void HandoffWorld::obey(Process& process) {
  const Command command = process.machine->command();
  if (stores(command)) {
    const bool taken = write(request_of(process));
    process.state = table_;
    return answer(process, taken ? Event{Done{}} : Event{Failed{"Stale."}});
  }
  if (command == Command::read_again) {
    process.state = table_;
    return answer(process, found_in(*table_, *process.ours, process.id));
  }
  if (leads(process)) work(process);
  answer(process, Done{});
}

void HandoffWorld::work(Process& process) {
  switch (process.machine->command()) {
    case Command::hold:
      return hold(process);
    case Command::release:
      adopt(*process.state);
      links_.held = process.state->handoff && process.state->handoff->unplanned;
      return;
    case Command::release_undone:
      links_.held = process.state->stranded.has_value();
      return;
    default:
      return;
  }
}

void HandoffWorld::answer(Process& process, const Event& event) {
  const bool gives_up =
      std::holds_alternative<Failed>(event) || std::holds_alternative<BudgetSpent>(event);
  if (planted(Plant::doubtful_fence_given_up) && gives_up && sent_fence(process)) {
    process.machine.reset();
    return;
  }
  process.machine->on(event);
  if (process.machine->command() != Command::finish) return;
  if (leads(process)) check_finished(process);
  process.machine.reset();
}

void HandoffWorld::crash(const Step& step) {
  Process& process = processes_.back();
  --left_.crashes;
  if (step.kind == StepKind::crash_obeyed) write(request_of(process));
  if (step.kind == StepKind::crash_sending) requests_.push_back(request_of(process));
  process.alive = false;
  process.machine.reset();
  links_.held = true;
}

/// A process begins, after a crash or beside one that lives: it owns the group before it does
/// anything else, and its links apply nothing before a hand-off that it finds has ended.
void HandoffWorld::start() {
  if (!processes_.back().alive) processes_.pop_back();
  Process process;
  process.id = "p" + std::to_string(++made_processes_);
  GroupState next = *table_;
  next.owner = process.id;
  ++next.revision;
  write({std::make_shared<const GroupState>(std::move(next)), table_->revision});
  process.state = table_;
  adopt(*table_);
  const int barrier = planted(Plant::barrier_not_obeyed) ? 0 : links_.barrier[1];
  links_.applied[1] = std::max(links_.backward_checkpoint, barrier);
  links_.held = table_->handoff || table_->stranded;
  for (Client& client : clients_)
    if (client.lease == Client::Lease::counted) client.lease = Client::Lease::ended;
  if (table_->handoff) {
    const bool undoes = planted(Plant::undo_after_journal);
    process.ours = std::make_shared<const control::HandoffRecord>(*table_->handoff);
    process.machine = Handoff::resumed(undoes ? HandoffStep::fencing : table_->handoff->step);
  }
  processes_.push_back(std::move(process));
}

}  // namespace crossfade::rollout
