#pragma once

#include <cstdint>
#include <string>

#include "common/control/group_state.h"

namespace crossfade::rollout {

/// What a `transition` event tells, as one JSON object: group, phase, version and epoch of the
/// rules, verb and step of the hand-off under way (null: none) and one sentence: of that
/// step, or the newest of the history. Empty when neither phase, rules nor step differ.
std::string transition_json(const control::GroupState& before, const control::GroupState& after,
                            std::int64_t now_ms);

}  // namespace crossfade::rollout
