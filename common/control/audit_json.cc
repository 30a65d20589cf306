#include "common/control/audit_json.h"

#include <nlohmann/json.hpp>

#include "common/control/rules_json.h"

namespace crossfade::control {
namespace {

Result<AuditEntry> entry_of(const Json& json) {
  TRY_VOID(check_format(json));
  AuditEntry entry;
  entry.id = json.at("id").get<std::string>();
  entry.group = json.at("group").get<std::string>();
  entry.at_ms = json.at("at_ms").get<std::int64_t>();
  entry.who = json.at("who").get<std::string>();
  entry.from = json.at("from").get<std::string>();
  entry.what = json.at("what").get<std::string>();
  entry.reason = json.at("reason").get<std::string>();
  entry.result = json.at("result").get<std::string>();
  entry.fingerprint = json.at("fingerprint").get<std::string>();
  entry.status = json.at("status").get<int>();
  entry.hook_output = json.at("hook_output").get<std::string>();
  return entry;
}

/// A letter that is cut through is replaced when the text is written.
std::string cut(const std::string& text) {
  return text.substr(0, AuditEntry::kMostText);
}

}  // namespace

std::string to_json(const AuditEntry& entry) {
  Json out = Json::object();
  out["v"] = kFormat;
  out["id"] = entry.id;
  out["group"] = entry.group;
  out["at_ms"] = entry.at_ms;
  out["who"] = entry.who;
  out["from"] = entry.from;
  out["what"] = cut(entry.what);
  out["reason"] = cut(entry.reason);
  out["result"] = cut(entry.result);
  out["fingerprint"] = entry.fingerprint;
  out["status"] = entry.status;
  out["hook_output"] = cut(entry.hook_output);
  return text_of(out);
}

Result<AuditEntry> audit_from_json(const std::string& text) {
  try {
    return entry_of(Json::parse(text));
  } catch (const Json::exception&) {
    return unreadable("an audit entry");
  }
}

}  // namespace crossfade::control
