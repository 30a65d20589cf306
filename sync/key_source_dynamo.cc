#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/key_source.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using Page = std::optional<std::vector<Key>>;

/// Only the key attributes: `#h`, `#s`.
struct KeyProjection {
  std::string expression = "#h";
  json names;

  explicit KeyProjection(const dynamo::TableDescription& table) : names{{"#h", table.hash}} {
    if (table.sort.empty()) return;
    expression += ", #s";
    names["#s"] = table.sort;
  }
};

std::vector<Key> keys_in(codec::ScanPage& page) {
  std::vector<Key> out;
  for (codec::MappedDocument& document : page.documents) out.push_back(std::move(document.key));
  return out;
}

class TableKeys final : public KeySource {
 public:
  TableKeys(const KeyPlace& place, dynamo::ScanRequest request, bool one_page)
      : place_(place), request_(std::move(request)), one_page_(one_page) {
    const KeyProjection keys(place.table);
    request_.table = place.table.name;
    request_.projection = keys.expression;
    request_.names_json = keys.names.dump();
  }

  Task<Result<Page>> next() override {
    if (done_) co_return Page();
    CO_TRY(std::string body, co_await place_.dynamo.scan(request_));
    CO_TRY(codec::ScanPage page, place_.mapper.read_scan_page(body));
    request_.start_key = page.last_key;
    done_ = one_page_ || page.last_key.empty();
    co_return Page(keys_in(page));
  }

 private:
  KeyPlace place_;
  dynamo::ScanRequest request_;
  bool one_page_;
  bool done_ = false;
};

class SubjectKeys final : public KeySource {
 public:
  SubjectKeys(const KeyPlace& place, std::vector<std::string> subjects)
      : place_(place), subjects_(std::move(subjects)) {}

  Task<Result<Page>> next() override {
    if (at_ == subjects_.size()) co_return Page();
    CO_TRY(std::string body, co_await place_.dynamo.query(request()));
    CO_TRY(codec::ScanPage page, place_.mapper.read_scan_page(body));
    start_key_ = page.last_key;
    if (start_key_.empty()) ++at_;
    co_return Page(keys_in(page));
  }

 private:
  std::string request() const {
    const KeyProjection keys(place_.table);
    json out{{"TableName", place_.table.name},
             {"ConsistentRead", true},
             {"KeyConditionExpression", "#h = :h"},
             {"ProjectionExpression", keys.expression},
             {"ExpressionAttributeNames", keys.names},
             {"ExpressionAttributeValues", {{":h", {{"S", subjects_[at_]}}}}}};
    if (!start_key_.empty()) out["ExclusiveStartKey"] = json::parse(start_key_);
    return out.dump();
  }

  KeyPlace place_;
  std::vector<std::string> subjects_;
  std::size_t at_ = 0;
  std::string start_key_;
};

}  // namespace

KeySourcePtr keys_of_table(const KeyPlace& place) {
  return std::make_unique<TableKeys>(place, dynamo::ScanRequest{}, false);
}

KeySourcePtr keys_of_table_sample(const KeyPlace& place, Random& random, int count) {
  constexpr std::int64_t kMostSegments = 1'000'000;
  dynamo::ScanRequest request;
  request.total_segments = static_cast<int>(
      std::clamp<std::int64_t>(place.table.item_count / std::max(1, count), 1, kMostSegments));
  request.segment = static_cast<int>(random.uniform() * request.total_segments);
  request.limit = count;
  return std::make_unique<TableKeys>(place, std::move(request), true);
}

KeySourcePtr keys_of_table_subjects(const KeyPlace& place, std::vector<std::string> subjects) {
  return std::make_unique<SubjectKeys>(place, std::move(subjects));
}

}  // namespace crossfade::sync
