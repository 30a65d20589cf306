#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/control/group_state.h"
#include "rollout/linked.h"

namespace crossfade::rollout {

/// One condition of a verb, with the very numbers that are compared: `measured` is rounded to two
/// decimals, away from what would meet the limit, before it is compared.
struct Guard {
  std::string name;  ///< "backward_lag"
  double measured = 0;
  double limit = 0;
  std::string unit;       ///< "ms", "hours", "" for counts and shares
  bool at_least = false;  ///< met when measured >= limit; else when measured <= limit
  bool met = false;
  bool judgement = false;  ///< may be overridden; the others would lose data
  std::string sentence;    ///< what is so; when it is unmet also what to do
};

/// Limits, from the configuration; each has a default that suits a careful team.
struct GuardLimits {
  std::int64_t lag_ms = 2'000;  ///< of a direction that retires; never more than the budget, which
                                ///< is the limit of the other direction
  std::int64_t dead_letters = 0;
  std::int64_t violations = 0;  ///< since the last step
  std::int64_t irreversible = 0;
  double stream_headroom_hours = 6;
  double oplog_headroom_hours = 6;
  double log_free_fraction = 0.2;
  double clean_hours = 24;    ///< judgement
  double verified_hours = 0;  ///< age of the last verification; 0: none is asked for; judgement
};

struct ClientFacts {
  std::int64_t registered = 0;
  std::int64_t silent_continuing = 0;  ///< `continue` clients whose lease has ended: they may write
  std::int64_t behind = 0;  ///< living clients that have not acknowledged the present version
};

struct GroupFacts {
  control::GroupState state;
  std::vector<LinkFacts> links;
  ClientFacts clients;
  std::int64_t now_ms = 0;
  std::int64_t budget_ms = 5'000;
};

enum class Verb : std::uint8_t { ramp, rollback, rollback_unplanned, recover, complete, cancel };
std::string_view to_string(Verb verb);

/// A verb that is asked for. `to` is the rule that should hold afterwards.
struct Wish {
  Verb verb = Verb::ramp;
  AuthorityRule to;
};

/// Why the verb cannot even be considered in this phase; empty when it can. One sentence.
std::string refusal(const Wish& wish, const GroupFacts& facts);

/// Every guard of the verb, met or not, in a fixed order. Which there are follows from who moves:
/// what asks for proof, headroom and reversibility guards the way to MongoDB; the way back is only
/// guarded by what it needs to lose nothing; an unplanned rollback by what makes it senseless.
std::vector<Guard> guards_of(const Wish& wish, const GroupFacts& facts, const GuardLimits& limits);

/// The names among `overrides` that are no judgement guards of the verb: these are refused.
std::vector<std::string> not_overridable(const std::vector<Guard>& guards,
                                         const std::vector<std::string>& overrides);
/// The guards that stand in the way when `overrides` are given.
std::vector<Guard> unmet(const std::vector<Guard>& guards,
                         const std::vector<std::string>& overrides);

/// The state with what has come about by itself, one step of it: the group is synced when its links
/// are, then it is proving while they compare every changed key, and a mismatch begins its clean
/// time anew. Absent: nothing has. Pure.
std::optional<control::GroupState> advanced(const GroupFacts& facts);

/// The phase that a group is in when a hand-off to `rule` has taken effect.
control::GroupPhase phase_after(const AuthorityRule& rule, control::GroupPhase before);

}  // namespace crossfade::rollout
