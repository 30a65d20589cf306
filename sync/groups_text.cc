#include "sync/groups_text.h"

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "sync/status_text.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::json;

Json parsed(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string text_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

double number_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

std::int64_t whole_in(const Json& json, const char* name) {
  return static_cast<std::int64_t>(number_in(json, name));
}

bool flag_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Json part_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() ? Json() : *found;
}

std::string heading(const Json& json) {
  return fmt::format("{}: {}\n", text_in(json, "group"), text_in(json, "phase"));
}

std::string quantity(double value, const std::string& unit) {
  if (unit == "ms") return as_duration(value);
  return fmt::format("{:g}{}{}", value, unit.empty() ? "" : " ", unit);
}

std::string guard_line(const Json& guard) {
  const std::string unit = text_in(guard, "unit");
  std::string line =
      fmt::format("    {:<6} {:<22} {}, limit {}", flag_in(guard, "met") ? "ok" : "UNMET",
                  text_in(guard, "name"), quantity(number_in(guard, "measured"), unit),
                  quantity(number_in(guard, "limit"), unit));
  if (flag_in(guard, "met")) return line + "\n";
  line.append(fmt::format("\n           {}", text_in(guard, "sentence")));
  if (flag_in(guard, "judgement")) {
    line.append(fmt::format("\n           a judgement: --override {} goes on in spite of it",
                            text_in(guard, "name")));
  }
  return line + "\n";
}

std::string guards_text(const Json& guards) {
  std::string text;
  for (const Json& guard : guards) text.append(guard_line(guard));
  return text;
}

std::string verb_text(const Json& verb) {
  const std::string name = text_in(verb, "verb");
  const std::string refusal = text_in(verb, "refusal");
  if (!refusal.empty()) return fmt::format("  {:<20} not now: {}\n", name, refusal);
  const bool allowed = flag_in(verb, "allowed");
  return fmt::format("  {:<20} {}\n", name, allowed ? "may be done" : "guards are unmet:") +
         (allowed ? "" : guards_text(part_of(verb, "guards")));
}

std::string risk_of(const Json& link) {
  const std::int64_t waiting = whole_in(link, "waiting");
  const std::int64_t applied = whole_in(link, "last_applied_ms");
  const std::int64_t read = whole_in(link, "read_until_ms");
  return fmt::format(
      "  at risk on MongoDB, link {}:\n"
      "    last change applied to DynamoDB   {}\n"
      "    captured and not yet applied      {}{}\n"
      "    nothing could be read since       {}; what was written there later is at risk until "
      "`crossfade recover`\n",
      text_in(link, "link"), applied > 0 ? as_time(applied) : "none since the service began",
      with_commas(waiting), waiting > 0 ? ", applied from the log first" : "",
      read > 0 ? as_time(read) : "a time that is not known");
}

/// What took no time to speak of is left out.
std::string took_text(const Json& took) {
  constexpr double kLeastMs = 10;
  std::string out;
  for (const Json& one : took) {
    const double ms = number_in(one, "ms");
    if (ms >= kLeastMs)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", text_in(one, "step"), as_duration(ms));
  }
  return out;
}

std::string risk_text(const Json& links) {
  std::string text;
  for (const Json& link : links) text.append(risk_of(link));
  return text;
}

std::string rule_line(const Json& rules) {
  return fmt::format("version {}, epoch {}, {:g} % on MongoDB, {} allowed, {} denied",
                     whole_in(rules, "version"), whole_in(rules, "epoch"),
                     number_in(rules, "percent"), whole_in(rules, "allowed"),
                     whole_in(rules, "denied"));
}

std::string by_whom(const Json& entry) {
  std::string text;
  if (const std::string who = text_in(entry, "who"); !who.empty()) text.append(" by " + who);
  if (const std::string why = text_in(entry, "reason"); !why.empty()) text.append(": " + why);
  return text;
}

std::string handoff_line(const Json& handoff) {
  return fmt::format("  under way: {} {}, step {}, since {}{}\n", text_in(handoff, "verb"),
                     text_in(handoff, "id"), text_in(handoff, "step"),
                     as_time(whole_in(handoff, "began_ms")), by_whom(handoff));
}

std::string shadow_line(const Json& shadow) {
  const std::int64_t equal = whole_in(shadow, "equal");
  const std::int64_t different = whole_in(shadow, "different");
  if (equal + different == 0) return "";
  std::string line = fmt::format("  shadow reads: {} equal, {} different\n", with_commas(equal),
                                 with_commas(different));
  const std::string last = text_in(shadow, "last");
  return last.empty() ? line : line + "    the last: " + last + "\n";
}

std::string subjects(const Json& rule, const char* list) {
  std::string text;
  for (const Json& subject : part_of(rule, list)) text.append(" " + subject.dump());
  return text.empty() ? " none" : text;
}

std::string full_rule(const Json& rule) {
  return fmt::format("{:g} % on MongoDB\n    allow{}\n    deny{}\n", number_in(rule, "percent"),
                     subjects(rule, "allow"), subjects(rule, "deny"));
}

}  // namespace

std::string next_text(std::string_view json) {
  const Json whole = parsed(json);
  std::string text = heading(whole);
  for (const Json& verb : part_of(whole, "verbs")) text.append(verb_text(verb));
  return text;
}

std::string why_text(std::string_view json) {
  const Json whole = parsed(json);
  std::string text = heading(whole) + "  " + text_in(whole, "sentence") + "\n";
  if (const Json handoff = part_of(whole, "handoff"); handoff.is_object()) {
    text.append(handoff_line(handoff));
  }
  text.append(shadow_line(part_of(whole, "shadow_reads")));
  const Json history = part_of(whole, "history");
  if (!history.empty()) text.append("  so far:\n");
  for (const Json& transition : history) {
    text.append(fmt::format("    {}  {}{}\n", as_time(whole_in(transition, "at_ms")),
                            text_in(transition, "what"), by_whom(transition)));
  }
  return text;
}

std::string rules_text(std::string_view json) {
  const Json rules = parsed(json);
  std::string text = fmt::format("{}: version {}, epoch {}, salt {}\n  {}", text_in(rules, "group"),
                                 whole_in(rules, "version"), whole_in(rules, "epoch"),
                                 text_in(rules, "salt"), full_rule(part_of(rules, "rule")));
  if (const Json next = part_of(rules, "next"); next.is_object()) {
    text.append("  fenced are the subjects that move to\n  " + full_rule(next));
  }
  return text;
}

std::string versions_text(std::string_view json) {
  const Json whole = parsed(json);
  std::string text = text_in(whole, "group") + ":\n";
  for (const Json& version : part_of(whole, "versions")) {
    const Json rules = part_of(version, "rules");
    const Json rule = part_of(rules, "rule");
    text.append(fmt::format(
        "  {:>6}  {}  {:g} % on MongoDB, {} allowed, {} denied{}{}\n", whole_in(rules, "version"),
        as_time(whole_in(version, "at_ms")), number_in(rule, "percent"),
        part_of(rule, "allow").size(), part_of(rule, "deny").size(),
        part_of(rules, "next").is_object() ? ", a fence" : "", by_whom(version)));
  }
  return text;
}

std::string clients_text(std::string_view json) {
  const Json whole = parsed(json);
  const Json clients = part_of(whole, "clients");
  std::string text = fmt::format("{}: {} clients\n", text_in(whole, "group"),
                                 with_commas(static_cast<std::int64_t>(clients.size())));
  for (const Json& client : clients) {
    text.append(fmt::format(
        "  {:<24} {:<8} acknowledged {}, lease {}, last stored {}\n", text_in(client, "id"),
        text_in(client, "mode"), whole_in(client, "acknowledged"),
        as_duration(number_in(client, "lease_ms")), as_time(whole_in(client, "seen_ms"))));
  }
  return text;
}

std::string audit_text(std::string_view json) {
  const Json whole = parsed(json);
  const std::string group = text_in(whole, "group");
  std::string text = (group.empty() ? "links without a group" : group) + ":\n";
  for (const Json& entry : part_of(whole, "entries")) {
    std::string result = text_in(entry, "result");
    if (result.empty()) result = "under way, or cut off by the end of the service";
    text.append(fmt::format("  {}  {} by {} from {}: {}\n      {}\n",
                            as_time(whole_in(entry, "at_ms")), text_in(entry, "what"),
                            text_in(entry, "who"), text_in(entry, "from"), text_in(entry, "reason"),
                            result));
  }
  return text;
}

std::string move_text(std::string_view json) {
  const Json whole = parsed(json);
  std::string text = risk_text(part_of(part_of(whole, "at_risk"), "links"));
  for (const Json& step : part_of(whole, "steps")) {
    if (step.is_string()) text.append(fmt::format("  - {}\n", step.get<std::string>()));
  }
  const Json guards = part_of(whole, "guards");
  if (!guards.empty()) text.append("  guards:\n" + guards_text(guards));
  text.append("  rules: " + rule_line(part_of(whole, "rules")) + "\n");
  if (const double fence = number_in(whole, "fence_ms"); fence > 0) {
    text.append(
        fmt::format("  writes of the moving subjects were refused for {}\n", as_duration(fence)));
  }
  if (const std::string steps = took_text(part_of(whole, "took")); !steps.empty())
    text.append("  it took: " + steps + "\n");
  return text;
}

std::string as_time(std::int64_t wall_ms) {
  if (wall_ms <= 0) return "never";
  const auto time = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[sizeof "2026-11-26T09:54:07Z"];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

}  // namespace crossfade::sync
