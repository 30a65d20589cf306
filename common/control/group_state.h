#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "router/rules.h"

namespace crossfade::control {

/// Where a group of links stands. Links have phases of their own up to `synced`; what follows is
/// the group's.
enum class GroupPhase : std::uint8_t {
  defined,      ///< not every link of it is synced yet
  synced,       ///< both directions follow; nothing is proven
  proving,      ///< every changed key is compared on both sides
  ramping,      ///< some subjects are on MongoDB
  switched,     ///< all of them are
  rolled_back,  ///< all are on DynamoDB again
  completed,    ///< the move is over, nothing leads back
  cancelled,    ///< given up, nothing was moved
};

std::string_view to_string(GroupPhase phase);

/// The steps of a hand-off, in order; each is stored before it takes effect. Up to `holding` a
/// failure or a crash undoes it under a new version of the rules; from `journaled` on it is only
/// ever completed.
enum class HandoffStep : std::uint8_t {
  fencing,    ///< version n+1 is stored: the moving subjects are read-only on both sides
  draining,   ///< every client acknowledged (or its lease ended): no write is under way
  verifying,  ///< everything written before the fence is applied on the other side
  holding,    ///< the moved subjects are equal on both sides
  journaled,  ///< the point of no return: both directions stand at the barrier, durably
  releasing,  ///< version n+2 is stored: authority has moved
  undoing,    ///< a version that equals n's is being stored
};

std::string_view to_string(HandoffStep step);

/// Where the directions of one link stood when authority moved: records before it were judged by
/// the old rule, records from it on by the new one. -1: MongoDB was gone and the link could not be
/// set up, so its checkpoints alone know; every record that is still to be applied is behind them.
struct Barrier {
  std::int64_t forward = 0;
  std::int64_t backward = 0;
  std::string log;  ///< id of the forward log: in other logs the positions mean nothing

  bool operator==(const Barrier&) const = default;
};

/// A hand-off under way, as stored.
struct HandoffRecord {
  std::string id;
  HandoffStep step = HandoffStep::fencing;
  AuthorityRule from;
  AuthorityRule to;
  std::string verb;  ///< ramp | rollback
  std::string who;
  std::string reason;
  bool unplanned = false;
  std::int64_t began_ms = 0;
  std::int64_t fence_version = 0;
  std::int64_t fence_ms = 0;  ///< wall time at which the fence was stored; from `draining` on, at
                              ///< which no write by older rules was under way any more
  std::map<std::string, Barrier> barriers;  ///< by link; set from `journaled` on

  bool operator==(const HandoffRecord&) const = default;
};

/// One line of what `crossfade why` tells.
struct Transition {
  std::int64_t at_ms = 0;
  std::string what;  ///< one sentence
  std::string who;
  std::string reason;

  bool operator==(const Transition&) const = default;
};

/// Everything that decides who owns writes of a group: one item of the control table, replaced as
/// a whole under its revision.
struct GroupState {
  std::int64_t revision = 0;  ///< of the stored item; 0: not stored yet
  RuleSet rules;
  std::int64_t next_version = 2;  ///< never re-used, not even after an undo
  GroupPhase phase = GroupPhase::defined;
  std::string
      owner;  ///< id of the process that drives the group; another one takes over by writing
  std::optional<HandoffRecord> handoff;
  std::optional<HandoffRecord> stranded;  ///< an unplanned rollback whose range awaits `recover`
  std::int64_t clean_since_ms = 0;        ///< proving without a mismatch since; 0: not proving
  std::int64_t violations_at_last_step = 0;
  std::vector<Transition> history;  ///< the newest last, at most kHistory

  static constexpr std::size_t kHistory = 20;
  bool operator==(const GroupState&) const = default;
};

/// One sentence into the history.
void note(GroupState& state, Transition transition);

/// JSON as stored and served; version 1. Applications read `rules` of it (see
/// deploy/clients/README.md), so members are only ever added.
std::string to_json(const GroupState& state);
std::string to_json(const RuleSet& rules);
Result<GroupState> state_from_json(const std::string& text);
Result<RuleSet> rules_from_json(const std::string& text);

}  // namespace crossfade::control
