#include "common/control/handoff_json.h"

#include <nlohmann/json.hpp>

#include "common/control/words.h"

namespace crossfade::control {
namespace {

Json json_of_barriers(const std::map<std::string, Barrier>& barriers) {
  Json out = Json::object();
  for (const auto& [link, barrier] : barriers) {
    out[link] = Json{{"forward", barrier.forward}, {"backward", barrier.backward}};
    if (!barrier.log.empty()) out[link]["log"] = barrier.log;
  }
  return out;
}

std::map<std::string, Barrier> barriers_of(const Json& json) {
  std::map<std::string, Barrier> out;
  for (const auto& [link, barrier] : json.items()) {
    out[link] = {barrier.at("forward").get<std::int64_t>(),
                 barrier.at("backward").get<std::int64_t>(), barrier.value("log", "")};
  }
  return out;
}

}  // namespace

Json json_of(const HandoffRecord& record, const RecordBase& base) {
  Json out = Json::object();
  out["id"] = record.id;
  out["step"] = to_string(record.step);
  out["from"] = json_of(record.from, base.from);
  out["to"] = json_of(record.to, base.to);
  out["verb"] = record.verb;
  out["who"] = record.who;
  out["reason"] = record.reason;
  out["unplanned"] = record.unplanned;
  out["began_ms"] = record.began_ms;
  out["fence_version"] = record.fence_version;
  out["fence_ms"] = record.fence_ms;
  out["barriers"] = json_of_barriers(record.barriers);
  return out;
}

Result<HandoffRecord> record_of(const Json& json, const RecordBase& base) {
  HandoffRecord record;
  TRY(record.step, step_of(json.at("step").get<std::string>()));
  record.id = json.at("id").get<std::string>();
  record.from = rule_of(json.at("from"), base.from);
  record.to = rule_of(json.at("to"), base.to);
  record.verb = json.at("verb").get<std::string>();
  record.who = json.at("who").get<std::string>();
  record.reason = json.at("reason").get<std::string>();
  record.unplanned = json.at("unplanned").get<bool>();
  record.began_ms = json.at("began_ms").get<std::int64_t>();
  record.fence_version = json.at("fence_version").get<std::int64_t>();
  record.fence_ms = json.at("fence_ms").get<std::int64_t>();
  record.barriers = barriers_of(json.at("barriers"));
  return record;
}

std::string to_json(const HandoffRecord& record) {
  Json out = Json::object();
  out["v"] = kFormat;
  out["salt"] = record.from.salt;
  out.update(json_of(record, {AuthorityRule{}, record.from}));
  return text_of(out);
}

Result<HandoffRecord> record_from_json(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    TRY_VOID(check_format(json));
    AuthorityRule nobody;
    nobody.salt = json.at("salt").get<std::string>();
    const AuthorityRule from = rule_of(json.at("from"), nobody);
    return record_of(json, {nobody, from});
  } catch (const Json::exception&) {
    return unreadable("a journal entry");
  }
}

}  // namespace crossfade::control
