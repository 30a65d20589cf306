#include "sync/groups_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "sync/admin_reply.h"
#include "sync/groups_why.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double finite(double value) {
  return std::isfinite(value) ? value : 0.0;
}

Json summary_of(const AuthorityRule& rule) {
  return {{"percent", rule.percent}, {"allowed", rule.allow.size()}, {"denied", rule.deny.size()}};
}

Json summary_of(const RuleSet& rules) {
  Json out = {{"version", rules.version}, {"epoch", rules.epoch}};
  out.update(summary_of(rules.rule));
  if (rules.next) out["next"] = summary_of(*rules.next);
  return out;
}

Json json_of(const control::HandoffRecord& handoff) {
  return {{"id", handoff.id},
          {"verb", handoff.verb},
          {"step", to_string(handoff.step)},
          {"past_journal", past_journal(handoff.step)},
          {"unplanned", handoff.unplanned},
          {"from", summary_of(handoff.from)},
          {"to", summary_of(handoff.to)},
          {"who", handoff.who},
          {"reason", handoff.reason},
          {"began_ms", handoff.began_ms},
          {"fence_version", handoff.fence_version}};
}

Json json_of(const std::optional<control::HandoffRecord>& handoff) {
  return handoff ? json_of(*handoff) : Json();
}

Json json_of(const rollout::Guard& guard) {
  return {{"name", guard.name},
          {"measured", finite(guard.measured)},
          {"limit", finite(guard.limit)},
          {"unit", guard.unit},
          {"met", guard.met},
          {"judgement", guard.judgement},
          {"sentence", guard.sentence}};
}

Json json_of(const rollout::LinkFacts& link) {
  return {{"name", link.name},
          {"synced", link.synced},
          {"trouble", link.trouble},
          {"forward_lag_ms", link.forward_lag_ms},
          {"backward_lag_ms", link.backward_lag_ms},
          {"dead_letters", link.dead_letters},
          {"irreversible", link.irreversible},
          {"violations", link.violations},
          {"proving", link.proving},
          {"mismatches", link.mismatches},
          {"mismatch", link.mismatch},
          {"unproven", link.unproven},
          {"unproven_ms", link.unproven_ms},
          {"mismatch_ms", link.mismatch_ms},
          {"canary_ms", link.canary_ms},
          {"verified_ms", link.verified_ms},
          {"stream_headroom_hours", finite(link.stream_headroom_hours)},
          {"oplog_headroom_hours", finite(link.oplog_headroom_hours)},
          {"log_free_fraction", finite(link.log_free_fraction)}};
}

Json json_of(const rollout::AtRisk& link) {
  return {{"link", link.link},
          {"last_applied_ms", link.last_applied_ms},
          {"waiting", link.waiting},
          {"read_until_ms", link.read_until_ms}};
}

Json json_of(const rollout::StepTime& one) {
  return {{"step", one.step}, {"ms", one.ms}};
}

Json json_of(const rollout::ClientFacts& clients) {
  return {{"registered", clients.registered},
          {"silent_continuing", clients.silent_continuing},
          {"behind", clients.behind}};
}

Json json_of(const rollout::ShadowFacts& shadow) {
  return {{"equal", shadow.equal}, {"different", shadow.different}, {"last", shadow.last}};
}

Json json_of(const control::Transition& transition) {
  return {{"at_ms", transition.at_ms},
          {"what", transition.what},
          {"who", transition.who},
          {"reason", transition.reason}};
}

Json json_of(const control::ClientRecord& client) {
  return {{"id", client.id},
          {"mode", client.continues ? "continue" : "refuse"},
          {"lease_ms", client.lease_ms},
          {"acknowledged", client.acknowledged},
          {"seen_ms", client.seen_ms}};
}

Json json_of(const control::AuditEntry& entry) {
  return {{"id", entry.id},         {"at_ms", entry.at_ms},   {"who", entry.who},
          {"from", entry.from},     {"what", entry.what},     {"reason", entry.reason},
          {"result", entry.result}, {"status", entry.status}, {"hook_output", entry.hook_output}};
}

Json json_of(const control::RuleVersion& version) {
  return {{"at_ms", version.at_ms},
          {"who", version.who},
          {"reason", version.why},
          {"rules", Json::parse(control::to_json(version.rules))}};
}

Json json_of(const rollout::VerbState& verb) {
  const bool met = std::ranges::all_of(verb.guards, &rollout::Guard::met);
  Json out = {{"verb", rollout::to_string(verb.verb)},
              {"allowed", verb.refusal.empty() && met},
              {"refusal", verb.refusal},
              {"guards", Json::array()}};
  for (const rollout::Guard& guard : verb.guards) out["guards"].push_back(json_of(guard));
  return out;
}

template <class Element>
Json array_of(const std::vector<Element>& elements) {
  Json out = Json::array();
  for (const Element& element : elements) out.push_back(json_of(element));
  return out;
}

template <class Element>
std::string listing(const std::string& group, const char* name,
                    const std::vector<Element>& elements) {
  return dumped({{"group", group}, {name, array_of(elements)}});
}

Json head_of(const control::GroupState& state) {
  return {{"group", state.rules.group},
          {"phase", to_string(state.phase)},
          {"rules", summary_of(state.rules)},
          {"handoff", json_of(state.handoff)}};
}

}  // namespace

std::string groups_json(const rollout::Groups& groups) {
  Json list = Json::array();
  for (const std::string& name : groups.names()) {
    const auto view = groups.view(name);
    if (!view) continue;
    Json group = head_of(view->state);
    group["links"] = Json::array();
    for (const rollout::LinkFacts& link : view->links) group["links"].push_back(link.name);
    list.push_back(std::move(group));
  }
  return dumped({{"groups", std::move(list)}});
}

std::string group_json(const rollout::GroupView& view) {
  const control::GroupState& state = view.state;
  Json out = head_of(state);
  out["sentence"] = explain(state);
  out["stranded"] = json_of(state.stranded);
  out["clean_since_ms"] = state.clean_since_ms;
  out["violations_at_last_step"] = state.violations_at_last_step;
  out["owner"] = state.owner;
  out["links"] = array_of(view.links);
  out["clients"] = json_of(view.clients);
  out["shadow_reads"] = json_of(view.shadow);
  return dumped(out);
}

std::string next_json(const control::GroupState& state,
                      const std::vector<rollout::VerbState>& verbs) {
  return dumped({{"group", state.rules.group},
                 {"phase", to_string(state.phase)},
                 {"verbs", array_of(verbs)}});
}

std::string why_json(const rollout::GroupView& view) {
  const control::GroupState& state = view.state;
  return dumped({{"group", state.rules.group},
                 {"phase", to_string(state.phase)},
                 {"sentence", explain(state)},
                 {"handoff", json_of(state.handoff)},
                 {"stranded", json_of(state.stranded)},
                 {"shadow_reads", json_of(view.shadow)},
                 {"history", array_of(state.history)}});
}

std::string rules_json(const RuleSet& rules) {
  return control::to_json(rules);
}

std::string versions_json(const std::string& group,
                          const std::vector<control::RuleVersion>& versions) {
  return listing(group, "versions", versions);
}

std::string clients_json(const std::string& group,
                         const std::vector<control::ClientRecord>& clients) {
  return listing(group, "clients", clients);
}

std::string lease_json(const RuleSet& rules, std::int64_t lease_ms) {
  return dumped({{"rules", Json::parse(control::to_json(rules))}, {"lease_ms", lease_ms}});
}

std::string audit_json(const std::string& group, const std::vector<control::AuditEntry>& entries) {
  return listing(group, "entries", entries);
}

std::string move_json(const MoveReply& reply, int status) {
  const rollout::MoveAnswer& answer = reply.answer;
  Json out = Json::object();
  if (status >= 400) {
    out = {{"title", reason_of(status)}, {"status", status}, {"detail", answer.sentence}};
  }
  out.update({{"outcome", rollout::to_string(answer.kind)},
              {"sentence", answer.sentence},
              {"group", reply.group},
              {"verb", rollout::to_string(reply.verb)},
              {"guards", array_of(answer.guards)},
              {"steps", answer.steps},
              {"rules", summary_of(answer.rules)},
              {"fence_ms", answer.fence_ms}});
  if (!answer.took.empty()) out["took"] = array_of(answer.took);
  if (!answer.at_risk.empty()) out["at_risk"] = {{"links", array_of(answer.at_risk)}};
  return dumped(out);
}

std::string guard_json(const MoveReply& reply, const rollout::Guard& guard) {
  Json out = {{"group", reply.group}, {"verb", rollout::to_string(reply.verb)}};
  out.update(json_of(guard));
  return dumped(out);
}

}  // namespace crossfade::sync
