#pragma once

#include <string_view>

#include "common/control/group_state.h"

namespace crossfade::control {

/// The inverse of to_string. Fault::corrupt for a word that this version does not know.
Result<GroupPhase> phase_of(std::string_view word);
Result<HandoffStep> step_of(std::string_view word);

}  // namespace crossfade::control
