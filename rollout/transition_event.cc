#include "rollout/transition_event.h"

#include <nlohmann/json.hpp>

namespace crossfade::rollout {
namespace {

using control::GroupState;
using Json = nlohmann::ordered_json;

std::string step_of(const GroupState& state) {
  return state.handoff ? std::string(to_string(state.handoff->step)) : std::string();
}

bool same(const GroupState& before, const GroupState& after) {
  return before.phase == after.phase && before.rules.version == after.rules.version &&
         before.rules.group == after.rules.group && step_of(before) == step_of(after);
}

}  // namespace

std::string transition_json(const GroupState& before, const GroupState& after,
                            std::int64_t now_ms) {
  if (same(before, after)) return {};
  Json out = {{"at_ms", now_ms},
              {"group", after.rules.group},
              {"phase", to_string(after.phase)},
              {"version", after.rules.version},
              {"epoch", after.rules.epoch},
              {"verb", nullptr},
              {"step", nullptr},
              {"sentence", after.history.empty() ? "" : after.history.back().what}};
  if (after.handoff) {
    out["verb"] = after.handoff->verb;
    out["step"] = step_of(after);
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace crossfade::rollout
