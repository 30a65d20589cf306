#include "common/control/group_state.h"

#include <utility>

namespace crossfade::control {

void note(GroupState& state, Transition transition) {
  state.history.push_back(std::move(transition));
  if (state.history.size() > GroupState::kHistory) state.history.erase(state.history.begin());
}

}  // namespace crossfade::control
