#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "router/rules.h"

namespace crossfade::rollout {

/// A fault put into the service or a client on purpose: the checks must find each of them.
enum class Plant : std::uint8_t {
  none,
  flip_before_drain,        ///< the drain says at once that it is done
  journal_before_hold,      ///< the directions do not stand, the barriers are made up
  hold_without_storing,     ///< they stand, but no checkpoint is stored
  no_wait_for_clients,      ///< nobody's acknowledgement is waited for
  continuing_is_refusing,   ///< the end of a lease counts for clients that go on without one
  in_flight_forgotten,      ///< a client acknowledges while its write is under way
  write_outlives_lease,     ///< a client's write may land after its lease has ended
  rules_before_record,      ///< a client reads the rules before it is stored
  stale_leases,             ///< a process that was taken over renews leases from its memory
  undo_after_journal,       ///< a restart undoes whatever it finds
  late_writes_ignored,      ///< nobody waits for writes of ours that may still land
  revision_ignored,         ///< the control table is written without a condition
  version_used_twice,       ///< an undo takes the version of the fence
  doubtful_fence_given_up,  ///< a fence that may still arrive is left behind
  straggler_is_dropped,     ///< a record that the stream delivers late is skipped
  every_subject_is_fenced,  ///< also those that stay
  barrier_not_obeyed,       ///< a restart applies again what was applied before the barrier
};

struct ClientKind {
  bool continues = false;  ///< without a lease
  bool mute = false;       ///< asks nobody any more
  bool newcomer = false;   ///< not there yet
};

/// How often what may happen; it counts down.
struct Budget {
  int handoffs = 1;
  int writes = 1;    ///< of clients
  int failures = 0;  ///< of a command
  int spends = 0;    ///< of a hand-off's budget
  int losses = 0;    ///< of replies of the control table
  int crashes = 0;
  int takeovers = 0;    ///< by a second process while the first one lives
  int expiries = 0;     ///< of leases
  int late_writes = 0;  ///< of the backward apply
  int stragglers = 0;   ///< records that the stream holds back
};

struct Scenario {
  Side begins = Side::dynamodb;   ///< where the moving subject begins
  Side staying = Side::dynamodb;  ///< where the other one is
  bool unplanned = false;         ///< MongoDB goes away first
  bool overridden = false;        ///< silent clients that continue are not waited for
  std::vector<ClientKind> clients{{}, {}};
  Budget budget;
  Plant plant = Plant::none;

  /// Every acknowledged write is applied, none listed as a violation.
  bool strict() const { return !unplanned && !overridden && budget.stragglers == 0; }
};

enum class StepKind : std::uint8_t {
  // clients
  come,    ///< the client's record is stored
  ask,     ///< acknowledges and renews its lease: at the table (-1), or process `what`
  write,   ///< sends a write of subject `what`
  land,    ///< its write takes effect and is acknowledged to it
  expire,  ///< its lease ends
  count,   ///< so much time passes that the service knows
  // the service
  begin,
  obey,          ///< the command takes effect
  fail,          ///< it does not, and says so
  lose_reply,    ///< it takes effect, its reply is lost
  lose_request,  ///< it may arrive later
  spend,         ///< the budget is spent
  recover,
  // the links
  capture,     ///< record `what` of the feed of side `who`
  apply,       ///< the next record of side `who`
  apply_late,  ///< the same, and the request may land once more
  hold_back,   ///< the stream keeps its newest record
  land_late,   ///< write `what` of the backward apply
  settle,      ///< the life of these writes is over
  // the world
  crash,
  crash_obeyed,   ///< right after the command took effect
  crash_sending,  ///< with the command's write under way
  restart,
  take_over,
  arrive,  ///< request `what` to the control table
  mongodb_gone,
  mongodb_back,
};

struct Step {
  StepKind kind;
  int who = 0;
  int what = 0;
};

std::string to_string(const Step& step);

}  // namespace crossfade::rollout
