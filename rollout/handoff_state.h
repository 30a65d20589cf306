#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/control/group_state.h"
#include "rollout/handoff.h"

namespace crossfade::rollout {

/// What each storing command of a hand-off makes of the group's state. Pure: the caller stores the
/// answer under the revision of the state that it gave, and keeps it only when that succeeded.
/// Every one that changes the rules takes a new version.

/// store_fence: `record` has id, to, verb, who, reason, unplanned and began_ms; the rest is set
/// here. `state` has no hand-off.
control::GroupState with_fence(control::GroupState state, control::HandoffRecord record,
                               std::int64_t now_ms);

/// store_step. At `draining` the record's fence_ms moves to `now_ms`: until then clients may have
/// written the moving subjects by the old version.
control::GroupState with_step(control::GroupState state, control::HandoffStep step,
                              std::int64_t now_ms);

/// store_journal.
control::GroupState with_journal(control::GroupState state,
                                 std::map<std::string, control::Barrier> barriers);

/// store_flip. `violations`: of all links, ever.
control::GroupState with_flip(control::GroupState state, std::int64_t now_ms,
                              std::int64_t violations);

/// store_end. The record of an unplanned one becomes `stranded`; when an earlier one still awaits
/// `recover`, the range that begins at its barriers is kept and covers both.
control::GroupState with_end(control::GroupState state);

/// store_undo. Also where the fence never arrived: the new version keeps it from arriving later.
control::GroupState with_undo(control::GroupState state, std::int64_t now_ms,
                              const std::string& why);

/// What read_again found of the hand-off `ours` (as it was given to with_fence and came back) in
/// the state that is stored now; `process` is the id under which this process owns the group.
Found found_in(const control::GroupState& stored, const control::HandoffRecord& ours,
               const std::string& process);

/// "ramp from 1 % to 10 %, 2 subjects allowed, 1 denied", for people.
std::string describe(const control::HandoffRecord& record);

}  // namespace crossfade::rollout
