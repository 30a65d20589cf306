#include "tests/unit/rollout/memory_table.h"

#include <nlohmann/json.hpp>

namespace crossfade::rollout {
namespace {

using fakes::Received;
using fakes::Reply;
using nlohmann::json;

const char* const kDescription = R"({"Table": {"TableName": "ctl", "TableStatus": "ACTIVE",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                             {"AttributeName": "sk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                  {"AttributeName": "sk", "KeyType": "RANGE"}]}})";

Reply answer_of(const json& body) {
  return {.body = body.dump()};
}

Reply refused(const std::string& code, json body) {
  body["__type"] = "com.amazonaws.dynamodb.v20120810#" + code;
  return {.status = 400, .body = body.dump()};
}

std::pair<std::string, std::string> key_of(const json& item) {
  return {item.at("pk").at("S"), item.at("sk").at("S")};
}

bool is_state(const json& put) {
  return put.at("Item").at("sk").at("S") == "state";
}

/// Of all that one call writes; empty: the state is not among it.
std::string note_of(const std::vector<json>& puts) {
  std::string note;
  for (const json& put : puts) {
    const std::string sort = put.at("Item").at("sk").at("S");
    if (is_state(put)) {
      const json state = json::parse(put.at("Item").at("doc").at("S").get<std::string>());
      const json& handoff = state.value("handoff", json());
      const std::string step = handoff.is_object() ? handoff.at("step").get<std::string>() : "-";
      note = "store " + step + ", version " + state.at("rules").at("version").dump();
    } else if (sort.starts_with("journal/")) {
      note += ", journal";
    }
  }
  return note;
}

}  // namespace

void Notes::add(std::string what) {
  const std::scoped_lock lock(mutex_);
  all_.push_back(std::move(what));
}

std::vector<std::string> Notes::all() const {
  const std::scoped_lock lock(mutex_);
  return all_;
}

void Notes::clear() {
  const std::scoped_lock lock(mutex_);
  all_.clear();
}

Reply MemoryTable::answer(const Received& request) {
  const std::scoped_lock lock(mutex_);
  const std::string target = request.header("x-amz-target");
  const std::string name = target.substr(target.find('.') + 1);
  const json body = json::parse(request.body);
  if (name == "DescribeTable") return {.body = kDescription};
  if (name == "GetItem") return get(body);
  if (name == "Query") return query(body);
  if (name == "PutItem") return put_all({body}, false);
  if (name == "TransactWriteItems") {
    std::vector<json> puts;
    for (const json& action : body.at("TransactItems")) puts.push_back(action.at("Put"));
    return put_all(puts, true);
  }
  if (name == "UpdateItem") {
    const json& values = body.at("ExpressionAttributeValues");
    json item = body.at("Key");
    item.update({{"mode", values.at(":m")}, {"lease_ms", values.at(":l")}});
    item.update({{"seen_ms", values.at(":t")}, {"acked", values.at(":a")}});
    items_[key_of(item)] = item.dump();
    return answer_of(json::object());
  }
  if (name == "DeleteItem") {
    items_.erase(key_of(body.at("Key")));
    return answer_of(json::object());
  }
  return refused("ValidationException", {{"message", "This table does not know " + name}});
}

Reply MemoryTable::get(const json& request) const {
  const auto found = items_.find(key_of(request.at("Key")));
  return read("GetItem",
              found == items_.end() ? json::object() : json{{"Item", json::parse(found->second)}});
}

Reply MemoryTable::query(const json& request) const {
  const json& values = request.at("ExpressionAttributeValues");
  const std::string begin = values.at(":s").at("S");
  const std::string partition = values.at(":p").at("S");
  json items = json::array();
  for (const auto& [key, item] : items_)
    if (key.first == partition && key.second.starts_with(begin)) items.push_back(json::parse(item));
  return read("Query", {{"Items", items}});
}

Reply MemoryTable::read(const std::string& call, const json& body) const {
  Reply reply = answer_of(body);
  if (read_delay) reply.delay = read_delay(call);
  return reply;
}

bool MemoryTable::holds(const json& put) const {
  const auto found = items_.find(key_of(put.at("Item")));
  const std::string condition = put.value("ConditionExpression", "");
  if (condition == "attribute_not_exists(#p)") return found == items_.end();
  return condition == "#r = :r" && found != items_.end() &&
         json::parse(found->second).at("rev") == put.at("ExpressionAttributeValues").at(":r");
}

Reply MemoryTable::put_all(const std::vector<json>& puts, bool transaction) {
  const std::string note = note_of(puts);
  if (instead)
    if (Answer other = instead(note)) return *other;
  json reasons = json::array();
  for (const json& put : puts) {
    if (holds(put)) {
      reasons.push_back({{"Code", "None"}});
      continue;
    }
    json reason = {{"Code", "ConditionalCheckFailed"}};
    const auto found = items_.find(key_of(put.at("Item")));
    if (found != items_.end()) reason["Item"] = json::parse(found->second);
    if (!transaction) return refused("ConditionalCheckFailedException", reason);
    reasons.push_back(reason);
  }
  for (const json& reason : reasons)
    if (reason.at("Code") != "None")
      return refused("TransactionCanceledException", {{"CancellationReasons", reasons}});
  for (const json& put : puts) items_[key_of(put.at("Item"))] = put.at("Item").dump();
  notes_.add(note);
  if (heard)
    if (Answer other = heard(note)) return *other;
  return answer_of(json::object());
}

void MemoryTable::begin(const control::GroupState& state) {
  const std::scoped_lock lock(mutex_);
  const Key key = {"group/" + state.rules.group, "state"};
  const json item = {{"pk", {{"S", key.first}}},
                     {"sk", {{"S", key.second}}},
                     {"doc", {{"S", control::to_json(state)}}},
                     {"rev", {{"N", "1"}}}};
  items_[key] = item.dump();
}

json MemoryTable::state() const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [key, text] : items_) {
    if (key.second != "state") continue;
    const json item = json::parse(text);
    return json::parse(item.at("doc").at("S").get<std::string>());
  }
  return {};
}

void MemoryTable::take_over(const std::string& process) {
  const std::scoped_lock lock(mutex_);
  for (auto& [key, text] : items_) {
    if (key.second != "state") continue;
    json item = json::parse(text);
    json state = json::parse(item["doc"]["S"].get<std::string>());
    state["owner"] = process;
    item["doc"]["S"] = state.dump();
    item["rev"]["N"] = std::to_string(std::stoll(item["rev"]["N"].get<std::string>()) + 1);
    text = item.dump();
  }
}

}  // namespace crossfade::rollout
