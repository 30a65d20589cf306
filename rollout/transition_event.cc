#include "rollout/transition_event.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace crossfade::rollout {
namespace {

using control::GroupState;
using Json = nlohmann::ordered_json;

std::string step_of(const GroupState& state) {
  return state.handoff ? std::string(to_string(state.handoff->step)) : std::string();
}

std::string sentence_of(const GroupState& state) {
  if (state.handoff) return fmt::format("The {} is {}.", state.handoff->verb, step_of(state));
  return state.history.empty() ? std::string() : state.history.back().what;
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
              {"sentence", sentence_of(after)}};
  if (after.handoff) {
    out["verb"] = after.handoff->verb;
    out["step"] = step_of(after);
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace crossfade::rollout
