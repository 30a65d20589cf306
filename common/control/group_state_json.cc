#include <nlohmann/json.hpp>

#include "common/control/group_state.h"
#include "common/control/handoff_json.h"
#include "common/control/rules_json.h"
#include "common/control/words.h"

namespace crossfade::control {
namespace {

/// While a hand-off is fenced it goes from the rule to the next; afterwards the rule is either.
RecordBase base_of_handoff(const GroupState& state) {
  const RuleSet& rules = state.rules;
  return {rules.rule, rules.next ? *rules.next : rules.rule};
}

/// What is stranded was the hand-off a moment ago.
RecordBase base_of_stranded(const GroupState& state) {
  if (!state.handoff) return base_of_handoff(state);
  return {state.handoff->from, state.handoff->to};
}

Json json_of_history(const std::vector<Transition>& history) {
  Json out = Json::array();
  const std::size_t most = GroupState::kHistory;
  for (std::size_t i = history.size() - std::min(history.size(), most); i < history.size(); ++i) {
    const Transition& each = history[i];
    out.push_back(Json{
        {"at_ms", each.at_ms}, {"what", each.what}, {"who", each.who}, {"reason", each.reason}});
  }
  return out;
}

std::vector<Transition> history_of(const Json& json) {
  std::vector<Transition> out;
  for (const Json& each : json) {
    out.push_back({each.at("at_ms").get<std::int64_t>(), each.at("what").get<std::string>(),
                   each.at("who").get<std::string>(), each.at("reason").get<std::string>()});
  }
  return out;
}

Result<std::optional<HandoffRecord>> optional_record(const Json& json, const char* name,
                                                     const RecordBase& base) {
  if (!json.contains(name)) return std::optional<HandoffRecord>();
  TRY(HandoffRecord record, record_of(json.at(name), base));
  return std::optional<HandoffRecord>(std::move(record));
}

Result<GroupState> state_of(const Json& json) {
  TRY_VOID(check_format(json));
  GroupState state;
  TRY(state.rules, rules_of(json.at("rules")));
  TRY(state.phase, phase_of(json.at("phase").get<std::string>()));
  TRY(state.handoff, optional_record(json, "handoff", base_of_handoff(state)));
  TRY(state.stranded, optional_record(json, "stranded", base_of_stranded(state)));
  state.next_version = json.at("next_version").get<std::int64_t>();
  state.owner = json.at("owner").get<std::string>();
  state.clean_since_ms = json.at("clean_since_ms").get<std::int64_t>();
  state.violations_at_last_step = json.at("violations_at_last_step").get<std::int64_t>();
  state.history = history_of(json.at("history"));
  return state;
}

}  // namespace

std::string to_json(const GroupState& state) {
  Json out = Json::object();
  out["v"] = kFormat;
  out["rules"] = json_of(state.rules);
  out["next_version"] = state.next_version;
  out["phase"] = to_string(state.phase);
  out["owner"] = state.owner;
  if (state.handoff) out["handoff"] = json_of(*state.handoff, base_of_handoff(state));
  if (state.stranded) out["stranded"] = json_of(*state.stranded, base_of_stranded(state));
  out["clean_since_ms"] = state.clean_since_ms;
  out["violations_at_last_step"] = state.violations_at_last_step;
  out["history"] = json_of_history(state.history);
  return text_of(out);
}

Result<GroupState> state_from_json(const std::string& text) {
  try {
    return state_of(Json::parse(text));
  } catch (const Json::exception&) {
    return unreadable("a group's state");
  }
}

}  // namespace crossfade::control
