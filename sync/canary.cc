#include "sync/canary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;
using Json = nlohmann::ordered_json;

constexpr Milliseconds kEvery{5'000};
constexpr Milliseconds kFirstPause{10};
constexpr Milliseconds kLongestPause{500};
constexpr std::int64_t kLostAfterMs = 60'000;
constexpr const char* kField = "round";

Result<void> add_part(Json& out, const std::map<std::string, std::string>& values,
                      const std::string& name, char type) {
  const auto value = values.find(name);
  if (value == values.end())
    return fail(Fault::invalid, "The canary has no value for the key attribute \"" + name + "\".");
  if (type == 'B') {
    return fail(Fault::invalid, "The key attribute \"" + name +
                                    "\" is binary: a canary needs a key of texts and numbers.");
  }
  out[name] = Json{{std::string(1, type), value->second}};
  return {};
}

}  // namespace

Result<CanaryKey> canary_key(const std::map<std::string, std::string>& values,
                             const dynamo::TableDescription& table, const codec::Mapper& mapper) {
  Json json = Json::object();
  TRY_VOID(add_part(json, values, table.hash, table.hash_type));
  if (!table.sort.empty()) TRY_VOID(add_part(json, values, table.sort, table.sort_type));
  if (json.size() != values.size())
    return fail(
        Fault::invalid,
        "The canary names attributes that are no key attributes of table \"" + table.name + "\".");
  CanaryKey out;
  out.json = json.dump();
  TRY(out.key, mapper.key_of_item(out.json));
  return out;
}

std::int64_t CanaryFigures::worst_ms() const {
  return std::max({forward_ms, backward_ms, waiting_ms});
}

Canary::Canary(Parts parts, CanaryKey key, Stop& parent)
    : parts_(std::move(parts)), key_(std::move(key)), stop_(parent) {}

Task<Result<void>> Canary::run() {
  while (!stop_.requested()) {
    const auto done = co_await round();
    if (stop_.requested()) break;
    if (done) {
      began_ms_ = 0;
      last_.at_ms = parts_.clock.wall_ms();
      parts_.health.well("canary");
    } else {
      parts_.health.trouble("canary", done.error().message);
    }
    co_await stop_.sleep(kEvery);
  }
  co_return Result<void>();
}

Task<Result<void>> Canary::round() {
  if (began_ms_ == 0) began_ms_ = parts_.clock.steady_ms();
  std::string there = parts_.random.id();
  CO_TRY_VOID(co_await write_item(there));
  began_ms_ = parts_.clock.steady_ms();
  CO_TRY_VOID(co_await seen(Side::mongodb, std::move(there)));
  last_.forward_ms = under_way_ms();
  std::string back = parts_.random.id();
  CO_TRY_VOID(co_await write_document(back));
  began_ms_ = parts_.clock.steady_ms();
  CO_TRY_VOID(co_await seen(Side::dynamodb, std::move(back)));
  last_.backward_ms = under_way_ms();
  co_return Result<void>();
}

Task<Result<void>> Canary::write_item(std::string what) {
  dynamo::PutRequest put;
  put.table = parts_.table;
  Json item = Json::parse(key_.json);
  item[kField] = Json{{"S", what}};
  put.item_json = item.dump();
  CO_TRY_VOID(co_await parts_.dynamo.put_item(put));
  co_return Result<void>();
}

Task<Result<void>> Canary::write_document(std::string what) {
  DocumentBuilder fields;
  fields.text(kField, what);
  const std::string update =
      DocumentBuilder().document("$set", std::move(fields).finish()).finish();
  auto write = [&]() -> Result<std::int64_t> {
    mongo::Client client = parts_.mongo.acquire();
    return client.update_one(parts_.collection, key_.key.bson, update, false);
  };
  CO_TRY_VOID(co_await offload(parts_.threads, write));
  co_return Result<void>();
}

Task<Result<void>> Canary::seen(Side on, std::string what) {
  Milliseconds pause = kFirstPause;
  while (!stop_.requested()) {
    CO_TRY(const std::string found, co_await read(on));
    if (found == what) co_return Result<void>();
    if (under_way_ms() > kLostAfterMs) {
      co_return fail(Fault::transient, "The canary has not reached " + std::string(to_string(on)) +
                                           " for a minute: see the lag of the link.");
    }
    co_await stop_.sleep(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  co_return fail(Fault::stopped, "stopped");
}

Task<Result<std::string>> Canary::read(Side on) {
  std::optional<std::string> document;
  if (on == Side::dynamodb) {
    CO_TRY(std::string body, co_await parts_.dynamo.get_item(parts_.table, key_.json, true));
    CO_TRY(auto item, parts_.mapper.read_item(body));
    if (item) document = std::move(item->bson);
  } else {
    auto find = [&]() -> Result<std::optional<std::string>> {
      mongo::Client client = parts_.mongo.acquire();
      return client.find_one(parts_.collection, key_.key.bson);
    };
    CO_TRY(document, co_await offload(parts_.threads, find));
  }
  if (!document) co_return std::string();
  co_return std::string(DocumentView(*document).text(kField).value_or(""));
}

std::int64_t Canary::under_way_ms() const {
  return parts_.clock.steady_ms() - began_ms_;
}

CanaryFigures Canary::figures() const {
  CanaryFigures out = last_;
  if (began_ms_ != 0) out.waiting_ms = under_way_ms();
  return out;
}

}  // namespace crossfade::sync
