#include <fmt/core.h>

#include <algorithm>

#include "common/async/backoff.h"
#include "common/dynamo/client_impl.h"
#include "common/dynamo/raw_json.h"
#include "common/dynamo/request_body.h"

namespace crossfade::dynamo {
namespace {

constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxPuts = 25;
constexpr Milliseconds kUnprocessedBase{50};

/// `{"TABLE":VALUE}`
std::string for_table(std::string_view table, std::string_view value) {
  RequestBody object(value.size() + table.size() + 8);
  object.raw(table, value);
  return std::move(object).finish();
}

std::string request_items(std::string_view by_table) {
  RequestBody request(by_table.size() + 64);
  request.raw("RequestItems", by_table);
  return std::move(request).finish();
}

std::string keys_of(const std::string& table, const std::vector<std::string>& keys,
                    std::size_t begin, bool consistent) {
  std::string list = "[";
  for (std::size_t i = begin; i < std::min(keys.size(), begin + kMaxKeys); ++i) {
    if (i > begin) list += ',';
    list += keys[i];
  }
  list += ']';
  RequestBody wanted(list.size() + 64);
  wanted.flag("ConsistentRead", consistent).raw("Keys", list);
  return for_table(table, std::move(wanted).finish());
}

std::string puts_of(const std::string& table, const std::vector<std::string>& items) {
  std::string list = "[";
  for (const std::string& item : items) {
    if (list.size() > 1) list += ',';
    list.append(R"({"PutRequest":{"Item":)").append(item).append("}}");
  }
  list += ']';
  return for_table(table, list);
}

Error unreadable(std::string_view operation) {
  return fail(Fault::transient,
              fmt::format("The answer of DynamoDB to {} cannot be read.", operation));
}

/// Adds the items of one answer. False when the answer has not the form.
bool take_items(std::string_view answer, std::string_view table, std::vector<std::string>& items) {
  const auto responses = raw_member(answer, "Responses");
  if (!responses) return false;
  const auto list = raw_member(*responses, table);
  if (!list) return true;
  const auto found = raw_elements(*list);
  if (!found) return false;
  items.insert(items.end(), found->begin(), found->end());
  return true;
}

/// What is left to be sent again: the raw object, empty when nothing is.
std::string unprocessed(std::string_view answer, std::string_view member) {
  const auto rest = raw_member(answer, member);
  if (!rest || is_empty_object(*rest)) return {};
  return std::string(*rest);
}

/// Waits between the parts of a batch that the store takes only in parts; patience starts anew with
/// each part taken.
class Portions {
 public:
  explicit Portions(Caller& caller)
      : caller_(caller),
        backoff_(kUnprocessedBase, caller.policy().cap, caller.random()),
        since_ms_(caller.clock().steady_ms()) {}

  Task<Result<void>> wait(std::size_t left_bytes, const std::string& table) {
    caller_.count_throttle();
    const std::int64_t now = caller_.clock().steady_ms();
    if (left_bytes < left_bytes_) {
      backoff_.reset();
      since_ms_ = now;
    }
    left_bytes_ = left_bytes;
    if (caller_.stopping().requested()) {
      co_return fail(Fault::stopped, fmt::format("Stopped amid a batch on {}.", table));
    }
    if (now - since_ms_ >= caller_.policy().patience.count()) {
      co_return fail(Fault::throttled,
                     fmt::format("DynamoDB left a part of a batch on {} undone for too long: the "
                                 "table's throughput is used up.",
                                 table));
    }
    co_await caller_.stopping().sleep(backoff_.next());
    co_return Result<void>();
  }

 private:
  Caller& caller_;
  Backoff backoff_;
  std::int64_t since_ms_;
  std::size_t left_bytes_ = 0;
};

}  // namespace

Task<Result<std::vector<std::string>>> Client::batch_get_item(std::string table,
                                                              std::vector<std::string> keys_json,
                                                              bool consistent) {
  std::vector<std::string> items;
  for (std::size_t begin = 0; begin < keys_json.size(); begin += kMaxKeys) {
    Portions portions(*impl_->caller);
    std::string wanted = keys_of(table, keys_json, begin, consistent);
    while (!wanted.empty()) {
      CO_TRY(const std::string answer,
             co_await impl_->read(Service::tables, "BatchGetItem", table, request_items(wanted)));
      if (!take_items(answer, table, items)) co_return unreadable("BatchGetItem");
      wanted = unprocessed(answer, "UnprocessedKeys");
      if (wanted.empty()) break;
      CO_TRY_VOID(co_await portions.wait(wanted.size(), table));
    }
  }
  co_return items;
}

Task<Result<void>> Client::batch_write_item(std::string table,
                                            std::vector<std::string> items_json) {
  if (items_json.empty()) co_return Result<void>();
  if (items_json.size() > kMaxPuts) {
    co_return fail(Fault::invalid, "A batch holds at most 25 items.");
  }
  Portions portions(*impl_->caller);
  Call call;
  call.operation = "BatchWriteItem";
  call.resource = table;
  call.write = true;
  call.item_write = true;
  for (std::string items = puts_of(table, items_json);;) {
    call.body = request_items(items);
    const CallOutcome outcome = co_await impl_->caller->call(call);
    if (!outcome.body) co_return outcome.body.error();
    items = unprocessed(*outcome.body, "UnprocessedItems");
    if (items.empty()) co_return Result<void>();
    CO_TRY_VOID(co_await portions.wait(items.size(), table));
  }
}

Task<Result<void>> Client::transact_write_items(std::string request_json) {
  Call call;
  call.operation = "TransactWriteItems";
  call.resource = "several items";
  call.body = std::move(request_json);
  call.write = true;
  call.item_write = true;
  const CallOutcome outcome = co_await impl_->caller->call(call);
  if (!outcome.body) co_return outcome.body.error();
  co_return Result<void>();
}

}  // namespace crossfade::dynamo
