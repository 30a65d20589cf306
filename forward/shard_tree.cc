#include "forward/shard_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace crossfade::forward {
namespace {

using State = ShardCursor::State;

constexpr int kVersion = 1;

std::set<std::string> ids_of(const std::vector<dynamo::Shard>& shards) {
  std::set<std::string> out;
  for (const dynamo::Shard& shard : shards) out.insert(shard.id);
  return out;
}

Error gap(const std::string& shard) {
  return fail(Fault::trimmed, "Records of shard " + shard +
                                  " were not read before the stream dropped them (24 hours): "
                                  "changes of that time are missing.");
}

}  // namespace

bool sequence_less(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

ShardTree ShardTree::begin(const std::vector<dynamo::Shard>& listed, std::int64_t now_ms) {
  ShardTree tree;
  tree.began_ms_ = now_ms;
  for (const dynamo::Shard& shard : listed) {
    const bool open = shard.last_sequence.empty();
    tree.shards_[shard.id] = {shard.id, shard.parent, open ? State::reading : State::finished,
                              "",       open,         shard.first_sequence,
                              false};
  }
  return tree;
}

Result<std::vector<std::string>> ShardTree::discover(const std::vector<dynamo::Shard>& listed,
                                                     const std::set<std::string>& known) {
  const std::set<std::string> present = ids_of(listed);
  const auto gone = [&](const std::string& id) {
    return known.contains(id) && !present.contains(id);
  };
  for (const auto& [id, shard] : shards_) {
    if (shard.state != State::finished && gone(id)) return gap(id);
  }
  for (const dynamo::Shard& shard : listed) {
    const bool parent_known = shards_.contains(shard.parent) || present.contains(shard.parent);
    if (!shards_.contains(shard.id) && !shard.parent.empty() && !parent_known)
      return gap(shard.parent);
  }
  std::erase_if(shards_, [&](const auto& entry) { return gone(entry.first); });
  return add_children(listed);
}

std::vector<std::string> ShardTree::add_children(const std::vector<dynamo::Shard>& children) {
  for (const dynamo::Shard& shard : children) {
    const ShardCursor fresh{shard.id, shard.parent,         State::waiting, "",
                            false,    shard.first_sequence, false};
    shards_.try_emplace(shard.id, fresh);
  }
  return release();
}

std::vector<std::string> ShardTree::finish(const std::string& id) {
  shards_[id].state = State::finished;
  return release();
}

std::vector<std::string> ShardTree::release() {
  std::vector<std::string> released;
  for (auto& [id, shard] : shards_) {
    if (shard.state != State::waiting) continue;
    const auto parent = shards_.find(shard.parent);
    if (parent != shards_.end() && parent->second.state != State::finished) continue;
    shard.state = State::reading;
    released.push_back(id);
  }
  return released;
}

void ShardTree::advance(const std::string& id, const std::string& sequence) {
  const auto shard = shards_.find(id);
  if (shard == shards_.end()) return;
  if (sequence_less(shard->second.sequence, sequence)) shard->second.sequence = sequence;
}

void ShardTree::read_again(const std::string& id, bool again) {
  const auto shard = shards_.find(id);
  if (shard != shards_.end()) shard->second.again = again;
}

std::set<std::string> ShardTree::ids() const {
  std::set<std::string> out;
  for (const auto& [id, shard] : shards_) out.insert(id);
  return out;
}

std::vector<std::string> ShardTree::reading() const {
  std::vector<std::string> out;
  for (const auto& [id, shard] : shards_) {
    if (shard.state == State::reading) out.push_back(id);
  }
  return out;
}

const ShardCursor* ShardTree::find(const std::string& id) const {
  const auto shard = shards_.find(id);
  return shard == shards_.end() ? nullptr : &shard->second;
}

bool ShardTree::has_children(const std::string& id) const {
  return std::ranges::any_of(shards_, [&](const auto& entry) { return entry.second.parent == id; });
}

std::string ShardTree::to_json() const {
  nlohmann::json shards = nlohmann::json::array();
  for (const auto& [id, shard] : shards_) {
    shards.push_back({{"id", id},
                      {"parent", shard.parent},
                      {"state", static_cast<int>(shard.state)},
                      {"sequence", shard.sequence},
                      {"from_latest", shard.from_latest},
                      {"first", shard.first},
                      {"again", shard.again}});
  }
  return nlohmann::json{{"v", kVersion}, {"began_ms", began_ms_}, {"shards", shards}}.dump();
}

Result<ShardTree> ShardTree::from_json(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (parsed.is_discarded() || parsed.value("v", 0) != kVersion) {
    return fail(Fault::corrupt, "The event log holds a shard snapshot this version cannot read.");
  }
  ShardTree tree;
  tree.began_ms_ = parsed.value("began_ms", std::int64_t{0});
  for (const auto& shard : parsed.value("shards", nlohmann::json::array())) {
    const std::string id = shard.value("id", "");
    tree.shards_[id] = {id,
                        shard.value("parent", ""),
                        static_cast<State>(shard.value("state", 0)),
                        shard.value("sequence", ""),
                        shard.value("from_latest", false),
                        shard.value("first", ""),
                        shard.value("again", false)};
  }
  return tree;
}

}  // namespace crossfade::forward
