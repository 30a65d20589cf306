#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/control/group_state.h"
#include "rollout/handoff.h"
#include "tests/unit/rollout/handoff_scenario.h"

namespace crossfade::rollout {

/// Each write of a client makes a new one; 0 is what was there before.
using Value = int;
constexpr int kMover = 0;
constexpr int kStayer = 1;
template <class T>
using PerSide = std::array<T, 2>;
using StatePtr = std::shared_ptr<const control::GroupState>;

struct ClientWrite {
  int subject = kMover;
  Side side = Side::dynamodb;
  Value value = 0;
};

/// An application process, as deploy/clients has them: what it knows, and what is known of it.
struct Client {
  enum class Lease : std::uint8_t { live, ended, counted };
  ClientKind kind;
  bool stored = true;      ///< its record
  std::int64_t known = 0;  ///< version of the rules it goes by; 0: none
  Decision mover;          ///< what they say
  std::int64_t acknowledged = 0;
  Lease lease = Lease::live;
  std::optional<ClientWrite> under_way;
};

/// A change that a client made, in a store's feed and then in the event log.
struct Record {
  int subject = kMover;
  Value value = 0;
  std::int64_t time = 0;
  bool held_back = false;
};

/// What a store holds of a subject.
struct Cell {
  Value value = 0;
  int token = 0;           ///< of our write; 0: an application wrote it last
  std::int64_t epoch = 0;  ///< in which an application wrote it last
};

/// A write of the backward apply that may land again.
struct LateWrite {
  int subject = kMover;
  Value value = 0;
  int token = 0;
};

/// A conditional write to the control table, under way.
struct Request {
  StatePtr next;
  std::int64_t revision = 0;
};

/// A process that serves the group: the last one drives the links, one before it has been taken
/// over and does not know yet.
struct Process {
  std::string id;
  StatePtr state;  ///< as it read or wrote it last
  std::optional<Handoff> machine;
  std::shared_ptr<const control::HandoffRecord> ours;
  control::Barrier barrier;
  bool alive = true;
};

/// The two directions of the link, as far as authority goes: echoes are dropped, each record is
/// applied once, by one transaction (forward) or guarded by its token (backward).
struct Links {
  PerSide<std::vector<Record>> feed;
  PerSide<std::vector<Record>> log;
  PerSide<int> applied{};
  int backward_checkpoint = 0;
  bool held = false;
  Side before = Side::dynamodb;  ///< the mover's owner for records before the barrier
  Side now = Side::dynamodb;
  PerSide<int> barrier{};
  std::int64_t epoch = 0;
  std::int64_t fence_ms = 0;
  std::vector<LateWrite> late;
};

/// The control table, the service, its clients and both stores as one value: a step is taken, the
/// checks are made, and the value can be copied and gone on with in another way. The decisions
/// are the real ones: Handoff, with_fence and its like, RuleSet.
class HandoffWorld {
 public:
  explicit HandoffWorld(const Scenario& scenario);

  /// What can happen next.
  std::vector<Step> steps() const;
  void take(const Step& step);
  /// The invariant that the steps so far have broken, as a sentence; empty while all hold.
  const std::string& broken() const { return broken_; }
  /// Nothing is under way.
  bool quiet() const;
  /// Equal for worlds that can only go on alike.
  std::uint64_t fingerprint() const;
  /// The adversary and the operators have gone home: no more faults, writes and hand-offs.
  void leave_alone();
  /// What happens next in a world that is left alone; nothing when it has come to rest.
  std::optional<Step> onwards() const;

 private:
  // handoff_clients.cc
  void client_steps(std::vector<Step>& out) const;
  std::vector<int> sources() const;
  bool asks(const Client& client, int whom) const;
  bool may_write(const Client& client, int subject) const;
  void act(const Step& step);
  Client renewed(Client client, int whom) const;
  void send(Client& client, int subject);
  void land(Client& client);
  bool settled(const Process& process) const;

  // handoff_service.cc
  void service_steps(std::vector<Step>& out) const;
  void command_steps(int index, std::vector<Step>& out) const;
  bool can_obey(const Process& process) const;
  void serve(const Step& step);
  void begin();
  void recover();
  void obey(Process& process);
  void work(Process& process);
  void answer(Process& process, const Event& event);
  control::GroupState next_state(const Process& process) const;
  Request request_of(const Process& process) const;
  bool write(const Request& request);
  void crash(const Step& step);
  void start();

  // handoff_links.cc
  void link_steps(std::vector<Step>& out) const;
  void move_records(const Step& step);
  bool drained() const;
  bool equal() const;
  bool can_hold() const;
  void hold(Process& process);
  void adopt(const control::GroupState& state);
  void capture(int side, int index);
  void apply(int side, bool late);
  void apply_owned(int side, const Record& record, bool late);
  void violation(int side, const Record& record);
  bool straggles(int side, const Record& record, int position) const;
  Side owner(const Record& record, int side, int position) const;
  void land_late(int index);
  bool there(int side, int index) const;

  void meet(const Step& step);

  // handoff_checks.cc
  void check();
  void check_authority();
  void check_stored(const control::GroupState& before, const control::GroupState& after);
  void check_flip(const control::GroupState& before);
  void check_finished(const Process& process);
  void check_quiet();
  void complain(const std::string& what);

  bool planted(Plant plant) const { return scenario_->plant == plant; }
  bool leads(const Process& process) const { return &process == &processes_.back(); }
  Side stayer_side() const { return scenario_->staying; }
  Cell& cell(int subject, Side side) {
    return cells_[static_cast<std::size_t>(subject)][static_cast<std::size_t>(side)];
  }
  const Cell& cell(int subject, Side side) const {
    return cells_[static_cast<std::size_t>(subject)][static_cast<std::size_t>(side)];
  }

  const Scenario* scenario_;
  Budget left_;
  bool left_alone_ = false;
  std::string broken_;

  StatePtr table_;
  std::vector<Request> requests_;
  std::int64_t highest_version_ = 0;
  std::int64_t clock_ = 1;
  int made_processes_ = 0;
  std::vector<Process> processes_;
  std::vector<Client> clients_;
  Links links_;
  bool mongodb_ = true;
  std::array<PerSide<Cell>, 2> cells_{};

  Value next_value_ = 1;
  std::array<Value, 2> truth_{};  ///< by subject: the last word on the side that owned it then
  std::uint32_t landed_ = 0;      ///< values, as bits
  std::uint32_t applied_ = 0;
  std::uint32_t listed_ = 0;
};

}  // namespace crossfade::rollout
