#include "sync/comparison.h"

#include <algorithm>
#include <map>

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;

std::string in_list(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    out += (i == 0 ? "\"" : ", \"") + names[i] + "\"";
  return names.size() > kMost ? out + " and others" : out;
}

}  // namespace

std::string difference(const codec::Mapper& mapper, const BothSides& sides) {
  if (!sides.item && !sides.document) return {};
  if (!sides.document) return "is in DynamoDB only";
  if (!sides.item) return "is in MongoDB only";
  const auto one = codec::canonical_item(mapper, *sides.item);
  if (!one) return "cannot be compared: " + one.error().message;
  const auto other = codec::canonical_document(mapper, *sides.document);
  if (!other) return "cannot be compared: " + other.error().message;
  if (*one == *other) return {};
  return "differs in " + in_list(codec::differing_fields(*one, *other));
}

std::string Comparer::sentence(const Difference& one) const {
  const auto key = sides_.mapper.key_json(one.key);
  return (key ? *key : codec::to_extended_json(one.key.bson, false)) + " " + one.what + ".";
}

Task<Result<Comparison>> Comparer::compare(std::vector<Key> keys) const {
  std::vector<std::string> keys_json;
  for (const Key& key : keys) {
    CO_TRY(std::string json, sides_.mapper.key_json(key));
    keys_json.push_back(std::move(json));
  }
  CO_TRY(std::vector<std::string> items,
         co_await sides_.dynamo.batch_get_item(sides_.table, std::move(keys_json), true));
  auto work = [&] { return judge(keys, std::move(items)); };
  co_return co_await offload(sides_.threads, work);
}

/// On a thread of the pool.
Result<Comparison> Comparer::judge(const std::vector<Key>& keys,
                                   std::vector<std::string> items) const {
  std::map<Key, std::string> by_key;
  for (std::string& item : items) {
    TRY(Key key, sides_.mapper.key_of_item(item));
    by_key[std::move(key)] = std::move(item);
  }
  std::vector<BothSides> sides;
  for (const Key& key : keys) {
    const auto item = by_key.find(key);
    const bool there = item != by_key.end();
    sides.push_back({key, there ? std::optional(std::move(item->second)) : std::nullopt, {}});
  }
  TRY_VOID(find_documents(sides));
  Comparison out;
  for (const BothSides& one : sides) {
    if (one.item) ++out.on_dynamodb;
    std::string what = difference(sides_.mapper, one);
    if (!what.empty()) out.differences.push_back({one.key, std::move(what)});
  }
  return out;
}

Result<void> Comparer::find_documents(std::vector<BothSides>& sides) const {
  std::vector<std::string> filters;
  for (const BothSides& one : sides) filters.push_back(one.key.bson);
  TRY_VOID(find_by(sides, filters));
  if (!sides_.by_key_too) return {};
  filters.clear();
  for (const BothSides& one : sides) {
    if (one.document) continue;
    TRY(std::string filter, sides_.mapper.key_filter(one.key));
    filters.push_back(std::move(filter));
  }
  return find_by(sides, filters);
}

Result<void> Comparer::find_by(std::vector<BothSides>& sides,
                               const std::vector<std::string>& filters) const {
  if (filters.empty()) return {};
  mongo::Client client = sides_.mongo.acquire();
  const std::string any = DocumentBuilder().array("$or", filters).finish();
  TRY(std::vector<std::string> found, client.find(sides_.collection, any));
  for (std::string& document : found) {
    const auto key = sides_.mapper.key_of_document(document);
    if (!key) continue;
    const auto side = std::ranges::find(sides, *key, &BothSides::key);
    if (side != sides.end()) side->document = std::move(document);
  }
  return {};
}

}  // namespace crossfade::sync
