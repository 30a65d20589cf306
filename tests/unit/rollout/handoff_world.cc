#include "tests/unit/rollout/handoff_world.h"

#include <algorithm>

#include "common/base/hash.h"
#include "rollout/handoff_state.h"

namespace crossfade::rollout {
namespace {

using control::GroupState;

constexpr std::int64_t kFirstVersion = 1;

StatePtr first_state(const Scenario& scenario) {
  auto state = std::make_shared<GroupState>();
  state->revision = 1;
  state->owner = "p1";
  if (scenario.begins == Side::mongodb) state->rules.rule.allow.insert("mover");
  if (scenario.staying == Side::mongodb) state->rules.rule.allow.insert("stayer");
  state->phase = control::GroupPhase::ramping;
  return state;
}

/// Bytes of everything that decides what can follow.
class Digest {
 public:
  template <class... Numbers>
  void add(Numbers... numbers) {
    (bytes_.push_back(static_cast<char>(numbers)), ...);
  }
  std::uint64_t value() const { return stable_hash(bytes_); }

 private:
  std::string bytes_;
};

void add_state(Digest& out, const GroupState& state, std::int64_t revision) {
  out.add(state.revision - revision, state.rules.version, state.next_version, state.rules.epoch,
          state.rules.rule.allow.contains("mover"), state.rules.next.has_value(),
          state.owner.back(), state.stranded.has_value());
  if (state.handoff) {
    const auto& record = *state.handoff;
    out.add(record.step, record.id.back(), record.fence_version, record.fence_ms,
            record.barriers.empty());
  }
  for (const auto* record :
       {state.handoff ? &*state.handoff : nullptr, state.stranded ? &*state.stranded : nullptr}) {
    if (record && !record->barriers.empty())
      out.add(record->barriers.at("link").forward, record->barriers.at("link").backward);
  }
}

void add_process(Digest& out, const Process& process, std::int64_t revision) {
  out.add(process.alive, process.id.back(), process.barrier.forward, process.barrier.backward);
  add_state(out, *process.state, revision);
  out.add(process.machine.has_value());
  if (process.machine) {
    out.add(process.machine->place(), process.machine->command(), process.machine->in_doubt(),
            process.ours->id.back(), process.ours->fence_version);
  }
}

void add_client(Digest& out, const Client& client) {
  out.add(client.stored, client.known, client.mover.side, client.mover.fenced, client.acknowledged,
          client.lease, client.under_way.has_value());
  if (client.under_way)
    out.add(client.under_way->subject, client.under_way->side, client.under_way->value);
}

void add_record(Digest& out, const Record& record) {
  out.add(record.subject, record.value, record.time, record.held_back);
}

void add_links(Digest& out, const Links& links) {
  out.add(links.backward_checkpoint, links.held, links.before, links.now, links.barrier[0],
          links.barrier[1], links.epoch, links.fence_ms, links.late.size());
  for (const std::size_t side : {0U, 1U}) {
    out.add(links.applied[side], links.feed[side].size(), links.log[side].size());
    for (const Record& record : links.feed[side]) add_record(out, record);
    const int from = side == 0 ? links.applied[0] : links.backward_checkpoint;
    for (auto i = static_cast<std::size_t>(from); i < links.log[side].size(); ++i)
      add_record(out, links.log[side][i]);
  }
  for (const LateWrite& write : links.late) out.add(write.subject, write.value, write.token);
}

}  // namespace

HandoffWorld::HandoffWorld(const Scenario& scenario)
    : scenario_(&scenario), left_(scenario.budget), table_(first_state(scenario)) {
  highest_version_ = kFirstVersion;
  Process process;
  process.id = "p" + std::to_string(++made_processes_);
  process.state = table_;
  processes_.push_back(std::move(process));
  for (const ClientKind& kind : scenario.clients) {
    Client client;
    client.kind = kind;
    client.stored = !kind.newcomer;
    if (client.stored) {
      client.known = client.acknowledged = kFirstVersion;
      client.mover = table_->rules.decide("mover");
    }
    clients_.push_back(client);
  }
  adopt(*table_);
}

std::vector<Step> HandoffWorld::steps() const {
  std::vector<Step> out;
  client_steps(out);
  service_steps(out);
  link_steps(out);
  return out;
}

void HandoffWorld::take(const Step& step) {
  if (step.kind <= StepKind::count) {
    act(step);
  } else if (step.kind <= StepKind::recover) {
    serve(step);
  } else if (step.kind <= StepKind::settle) {
    move_records(step);
  } else {
    meet(step);
  }
  check();
}

void HandoffWorld::meet(const Step& step) {
  switch (step.kind) {
    case StepKind::crash:
    case StepKind::crash_obeyed:
    case StepKind::crash_sending:
      return crash(step);
    case StepKind::take_over:
      --left_.takeovers;
      return start();
    case StepKind::restart:
      return start();
    case StepKind::arrive: {
      const Request request = requests_[static_cast<std::size_t>(step.what)];
      requests_.erase(requests_.begin() + step.what);
      write(request);
      return;
    }
    default:
      mongodb_ = step.kind == StepKind::mongodb_back;
  }
}

void HandoffWorld::leave_alone() {
  left_alone_ = true;
  left_ = Budget{};
  left_.handoffs = left_.writes = 0;
  requests_.clear();
  for (Record& record : links_.feed[0]) record.held_back = false;
}

/// Everything of the service's and the clients' that can go on does; where a hand-off waits for a
/// client for ever, its lease or the budget ends.
std::optional<Step> HandoffWorld::onwards() const {
  const auto urgency = [](const Step& step) {
    switch (step.kind) {
      case StepKind::land_late:
      case StepKind::expire:
      case StepKind::write:
        return 0;
      case StepKind::mongodb_back:
        return 1;
      default:
        return 2;
    }
  };
  std::optional<Step> best;
  for (const Step& step : steps())
    if (urgency(step) > (best ? urgency(*best) : 0)) best = step;
  if (best && urgency(*best) == 2) return best;
  for (int i = 0; i < static_cast<int>(processes_.size()); ++i) {
    const auto& machine = processes_[static_cast<std::size_t>(i)].machine;
    if (machine && machine->bounded()) return Step{StepKind::spend, i};
  }
  return best;
}

std::uint64_t HandoffWorld::fingerprint() const {
  Digest out;
  out.add(left_alone_, left_.handoffs, left_.writes, left_.failures, left_.spends, left_.losses,
          left_.crashes, left_.takeovers, left_.expiries, left_.late_writes, left_.stragglers);
  add_state(out, *table_, table_->revision);
  out.add(requests_.size(), clock_, processes_.size(), mongodb_);
  for (const Request& request : requests_) add_state(out, *request.next, table_->revision + 1);
  for (const Process& process : processes_) add_process(out, process, table_->revision);
  for (const Client& client : clients_) add_client(out, client);
  add_links(out, links_);
  for (const auto& sides : cells_)
    for (const Cell& one : sides) out.add(one.value, one.token, one.epoch);
  out.add(truth_[0], truth_[1], landed_, applied_, listed_);
  return out.value();
}

}  // namespace crossfade::rollout
