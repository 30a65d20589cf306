#pragma once

#include <string>

#include "common/control/group_state.h"

namespace crossfade::sync {

/// Whether a hand-off at this step can only be completed.
bool past_journal(control::HandoffStep step);

/// Why a group is as it is, and what that means for its writes: one or two sentences, for
/// `crossfade why`.
std::string explain(const control::GroupState& state);

}  // namespace crossfade::sync
