#include "common/control/rules_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/control/group_state.h"

namespace crossfade::control {
namespace {

using Subjects = std::set<std::string, std::less<>>;

Json only_in(const Subjects& these, const Subjects& not_those) {
  std::vector<std::string> out;
  std::ranges::set_difference(these, not_those, std::back_inserter(out));
  return out;
}

Json json_of_list(const Subjects& subjects, const Subjects& base) {
  Json plain = subjects;
  if (subjects.size() <= kPlainList) return plain;
  Json added = only_in(subjects, base);
  Json removed = only_in(base, subjects);
  if (added.size() + removed.size() >= subjects.size()) return plain;
  return Json{{"add", std::move(added)}, {"remove", std::move(removed)}};
}

Subjects subjects_of(const Json& json, const Subjects& base) {
  if (json.is_array()) return json.get<Subjects>();
  Subjects out = base;
  for (const Json& subject : json.at("remove")) out.erase(subject.get<std::string>());
  for (const Json& subject : json.at("add")) out.insert(subject.get<std::string>());
  return out;
}

Json json_of_percent(double percent) {
  if (percent == std::floor(percent)) return static_cast<std::int64_t>(percent);
  return percent;
}

}  // namespace

Json json_of(const AuthorityRule& rule, const AuthorityRule& base) {
  Json out = Json::object();
  out["percent"] = json_of_percent(rule.percent);
  out["allow"] = json_of_list(rule.allow, base.allow);
  out["deny"] = json_of_list(rule.deny, base.deny);
  return out;
}

AuthorityRule rule_of(const Json& json, const AuthorityRule& base) {
  AuthorityRule rule;
  rule.percent = json.at("percent").get<double>();
  rule.allow = subjects_of(json.at("allow"), base.allow);
  rule.deny = subjects_of(json.at("deny"), base.deny);
  rule.salt = base.salt;
  return rule;
}

Json json_of(const RuleSet& rules) {
  Json out = Json::object();
  out["v"] = kFormat;
  out["group"] = rules.group;
  out["version"] = rules.version;
  out["epoch"] = rules.epoch;
  out["salt"] = rules.rule.salt;
  out["rule"] = json_of(rules.rule, AuthorityRule{});
  if (rules.next) out["next"] = json_of(*rules.next, rules.rule);
  return out;
}

Result<RuleSet> rules_of(const Json& json) {
  TRY_VOID(check_format(json));
  RuleSet rules;
  rules.group = json.at("group").get<std::string>();
  rules.version = json.at("version").get<std::int64_t>();
  rules.epoch = json.at("epoch").get<std::int64_t>();
  AuthorityRule nobody;
  nobody.salt = json.at("salt").get<std::string>();
  rules.rule = rule_of(json.at("rule"), nobody);
  if (json.contains("next")) rules.next = rule_of(json.at("next"), rules.rule);
  return rules;
}

Result<void> check_format(const Json& json) {
  const auto version = json.at("v").get<std::int64_t>();
  if (version == kFormat) return {};
  return fail(Fault::corrupt,
              fmt::format("The control table was written by a newer version of crossfade (format "
                          "{}, this one knows {}): update this one.",
                          version, kFormat));
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error unreadable(const std::string& what) {
  return fail(Fault::corrupt, fmt::format("The control table holds {} that cannot be read.", what));
}

std::string to_json(const RuleSet& rules) {
  return text_of(json_of(rules));
}

Result<RuleSet> rules_from_json(const std::string& text) {
  try {
    return rules_of(Json::parse(text));
  } catch (const Json::exception&) {
    return unreadable("rules");
  }
}

}  // namespace crossfade::control
