#include "tests/unit/forward/scripted_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "forward/shard_tree.h"

namespace crossfade::forward {
namespace {

using nlohmann::json;

std::string sequence_of(const json& record) {
  return record["dynamodb"]["SequenceNumber"].get<std::string>();
}

fakes::Reply refusal(const std::string& code) {
  const json body{{"__type", "com.amazonaws.dynamodb.v20120810#" + code}, {"message", "scripted"}};
  return {.status = 400, .body = body.dump()};
}

}  // namespace

void ScriptedStream::add_shard(const std::string& id, const std::string& parent) {
  const std::lock_guard lock(mutex_);
  shards_.push_back({.id = id, .parent = parent});
}

void ScriptedStream::close(const std::string& shard) {
  const std::lock_guard lock(mutex_);
  find(shard).closed = true;
}

void ScriptedStream::forget(const std::string& shard) {
  const std::lock_guard lock(mutex_);
  std::erase_if(shards_, [&](const Shard& one) { return one.id == shard; });
}

void ScriptedStream::trim_begin(const std::string& shard) {
  const std::lock_guard lock(mutex_);
  find(shard).trimmed = true;
}

void ScriptedStream::disable() {
  const std::lock_guard lock(mutex_);
  enabled_ = false;
}

void ScriptedStream::add(const std::string& shard, const std::string& sequence, json change,
                         std::int64_t created_ms) {
  const std::lock_guard lock(mutex_);
  change["SequenceNumber"] = sequence;
  change["ApproximateCreationDateTime"] = static_cast<double>(created_ms) / 1'000;
  const char* name = !change.contains("NewImage")   ? "REMOVE"
                     : !change.contains("OldImage") ? "INSERT"
                                                    : "MODIFY";
  json record{{"eventID", sequence}, {"eventName", name}};
  if (change.contains("userIdentity")) record["userIdentity"] = change["userIdentity"];
  change.erase("userIdentity");
  record["dynamodb"] = std::move(change);
  find(shard).records.push_back(std::move(record));
}

void ScriptedStream::fail_next_read(const std::string& code) {
  const std::lock_guard lock(mutex_);
  errors_.push_back(code);
}

std::vector<ScriptedStream::Iterator> ScriptedStream::iterators() const {
  const std::lock_guard lock(mutex_);
  return iterators_;
}

fakes::Reply ScriptedStream::answer(const fakes::Received& request) {
  const std::lock_guard lock(mutex_);
  const std::string operation = request.header("x-amz-target").substr(25);
  const json body = json::parse(request.body);
  if (operation == "DescribeStream") return {.body = describe(body).dump()};
  if (operation == "GetShardIterator") return iterator(body);
  if (operation != "GetRecords") return refusal("ValidationException");
  if (!errors_.empty()) {
    const std::string code = errors_.front();
    errors_.erase(errors_.begin());
    return refusal(code);
  }
  return {.body = records(body).dump()};
}

json ScriptedStream::describe(const json& body) const {
  json shards = json::array();
  const std::string of = body.contains("ShardFilter") ? body["ShardFilter"]["ShardId"] : "";
  for (const Shard& shard : shards_) {
    if (!of.empty() && shard.parent != of) continue;
    json out{{"ShardId", shard.id}, {"SequenceNumberRange", {{"StartingSequenceNumber", "1"}}}};
    if (!shard.parent.empty()) out["ParentShardId"] = shard.parent;
    if (shard.closed) out["SequenceNumberRange"]["EndingSequenceNumber"] = "999999";
    shards.push_back(out);
  }
  return {{"StreamDescription",
           {{"StreamStatus", enabled_ ? "ENABLED" : "DISABLED"},
            {"StreamViewType", "NEW_AND_OLD_IMAGES"},
            {"Shards", shards}}}};
}

fakes::Reply ScriptedStream::iterator(const json& body) {
  const std::string sequence = body.value("SequenceNumber", "");
  const std::string type = body["ShardIteratorType"];
  const Shard& shard = find(body["ShardId"]);
  iterators_.push_back({shard.id, type, sequence});
  if (type == "AT_SEQUENCE_NUMBER" && shard.trimmed) return refusal("TrimmedDataAccessException");
  std::size_t at = type == "LATEST" ? shard.records.size() : 0;
  while (type == "AFTER_SEQUENCE_NUMBER" && at < shard.records.size() &&
         !sequence_less(sequence, sequence_of(shard.records[at])))
    ++at;
  const json out{{"ShardIterator", shard.id + ":" + std::to_string(at)}};
  return {.body = out.dump()};
}

json ScriptedStream::records(const json& body) {
  const std::string text = body["ShardIterator"];
  const std::size_t colon = text.find(':');
  const Shard& shard = find(text.substr(0, colon));
  const auto from = static_cast<std::ptrdiff_t>(std::stoul(text.substr(colon + 1)));
  json out{{"Records", json(std::vector<json>(shard.records.begin() + from, shard.records.end()))}};
  if (!shard.closed)
    out["NextShardIterator"] = shard.id + ":" + std::to_string(shard.records.size());
  return out;
}

ScriptedStream::Shard& ScriptedStream::find(const std::string& id) {
  const auto shard = std::ranges::find(shards_, id, &Shard::id);
  if (shard == shards_.end()) throw std::logic_error("no shard " + id);
  return *shard;
}

}  // namespace crossfade::forward
