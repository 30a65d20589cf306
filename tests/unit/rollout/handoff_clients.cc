#include <algorithm>

#include "tests/unit/rollout/handoff_world.h"

namespace crossfade::rollout {
namespace {

constexpr int kTable = -1;

bool moves(const std::optional<ClientWrite>& write) {
  return write && write->subject == kMover;
}

}  // namespace

void HandoffWorld::client_steps(std::vector<Step>& out) const {
  for (int i = 0; i < static_cast<int>(clients_.size()); ++i) {
    const Client& client = clients_[static_cast<std::size_t>(i)];
    if (!client.stored) out.push_back({StepKind::come, i});
    for (const int whom : sources())
      if (asks(client, whom)) out.push_back({StepKind::ask, i, whom});
    for (const int subject : {kMover, kStayer})
      if (left_.writes > 0 && may_write(client, subject))
        out.push_back({StepKind::write, i, subject});
    const auto& write = client.under_way;
    if (write && (mongodb_ || write->side == Side::dynamodb)) out.push_back({StepKind::land, i});
    if (client.lease == Client::Lease::live && client.known > 0 && left_.expiries > 0)
      out.push_back({StepKind::expire, i});
    const bool matters =
        !client.kind.continues || scenario_->overridden || planted(Plant::continuing_is_refusing);
    if (client.lease == Client::Lease::ended && matters) out.push_back({StepKind::count, i});
  }
}

/// Who answers: the control table (-1), and the process that drives the group by what it knows. One
/// that was taken over must not: it cannot know of a fence.
std::vector<int> HandoffWorld::sources() const {
  std::vector<int> out{kTable};
  const int leader = static_cast<int>(processes_.size()) - 1;
  if (processes_.back().alive && processes_.back().state != table_) out.push_back(leader);
  if (leader > 0 && planted(Plant::stale_leases)) out.push_back(0);
  return out;
}

bool HandoffWorld::asks(const Client& client, int whom) const {
  if (client.kind.mute) return false;
  if (!client.stored && !planted(Plant::rules_before_record)) return false;
  const Client after = renewed(client, whom);
  return after.known != client.known || after.acknowledged != client.acknowledged ||
         after.lease != client.lease;
}

bool HandoffWorld::may_write(const Client& client, int subject) const {
  if (client.known == 0 || client.under_way) return false;
  if (client.lease != Client::Lease::live && !client.kind.continues) return false;
  return subject == kStayer || !client.mover.fenced;
}

void HandoffWorld::act(const Step& step) {
  Client& client = clients_[static_cast<std::size_t>(step.who)];
  switch (step.kind) {
    case StepKind::come:
      client.stored = true;
      break;
    case StepKind::ask:
      client = renewed(client, step.what);
      break;
    case StepKind::write:
      send(client, step.what);
      break;
    case StepKind::land:
      land(client);
      break;
    case StepKind::expire:
      --left_.expiries;
      client.lease = Client::Lease::ended;
      if (!client.kind.continues && !planted(Plant::write_outlives_lease)) client.under_way.reset();
      break;
    default:
      client.lease = Client::Lease::counted;
  }
}

/// One renewal: what the client has fulfilled goes out, newer rules come back.
Client HandoffWorld::renewed(Client client, int whom) const {
  const bool busy = client.mover.fenced && moves(client.under_way);
  if (client.stored && (!busy || planted(Plant::in_flight_forgotten)))
    client.acknowledged = client.known;
  const StatePtr& state =
      whom == kTable ? table_ : processes_[static_cast<std::size_t>(whom)].state;
  if (state->rules.version > client.known) {
    client.known = state->rules.version;
    client.mover = state->rules.decide("mover");
  }
  client.lease = Client::Lease::live;
  return client;
}

void HandoffWorld::send(Client& client, int subject) {
  --left_.writes;
  const Side side = subject == kMover ? client.mover.side : stayer_side();
  client.under_way = ClientWrite{subject, side, next_value_++};
}

void HandoffWorld::land(Client& client) {
  const ClientWrite write = *client.under_way;
  client.under_way.reset();
  cell(write.subject, write.side) = {write.value, 0, table_->rules.epoch};
  links_.feed[static_cast<std::size_t>(write.side)].push_back(
      {write.subject, write.value, clock_, false});
  landed_ |= 1U << write.value;
  const Side owner = write.subject == kMover ? table_->rules.decide("mover").side : stayer_side();
  if (owner == write.side) truth_[static_cast<std::size_t>(write.subject)] = write.value;
}

/// The registry's question: nobody who wrote by older rules can still do so.
bool HandoffWorld::settled(const Process& process) const {
  const std::int64_t version = process.ours->fence_version;
  return std::ranges::all_of(clients_, [&](const Client& client) {
    if (!client.stored || client.acknowledged >= version) return true;
    const bool promises =
        !client.kind.continues || scenario_->overridden || planted(Plant::continuing_is_refusing);
    return promises && client.lease == Client::Lease::counted;
  });
}

}  // namespace crossfade::rollout
