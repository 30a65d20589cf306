#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "common/control/attributes.h"
#include "common/control/audit_json.h"
#include "common/control/control_table.h"
#include "common/control/query.h"
#include "common/control/state_write.h"
#include "common/control/table_errors.h"

namespace crossfade::control {
namespace {

constexpr std::string_view kPrefix = "audit/";

std::string sort_of(const std::string& id) {
  return std::string(kPrefix) + id;
}

dynamo::PutRequest put_of(const std::string& table, const AuditEntry& entry,
                          std::string condition) {
  AttributeWriter item;
  item.text("pk", partition_of(entry.group)).text("sk", sort_of(entry.id));
  item.text("doc", to_json(entry)).number("at", entry.at_ms);
  if (entry.answer.size() <= AuditEntry::kMostAnswer) item.text("answer", entry.answer);
  return {table, item.finish(), {std::move(condition), R"({"#p":"pk"})", ""}};
}

/// Whether the entry that stood in the way is this one, stored by an earlier attempt.
Result<bool> is_ours(const AuditEntry& entry, const dynamo::WriteOutcome& outcome) {
  if (!outcome.earlier_attempt_unknown) return false;
  TRY(const std::optional<Attributes> stored, item_of_answer(outcome.current));
  return stored && text_in(*stored, "doc") == to_json(entry);
}

/// The newest entries of all that are shown to it, and no more in memory.
class Newest {
 public:
  explicit Newest(int limit)
      : limit_(static_cast<std::size_t>(std::clamp(limit, 0, ControlTable::kMostAudit))) {}

  void add(const Attributes& item) {
    docs_.emplace(std::pair(number_in(item, "at"), text_in(item, "sk")), text_in(item, "doc"));
    if (docs_.size() > limit_) docs_.erase(docs_.begin());
  }

  Result<std::vector<AuditEntry>> entries() const {
    std::vector<AuditEntry> out;
    for (auto doc = docs_.rbegin(); doc != docs_.rend(); ++doc) {
      TRY(AuditEntry entry, audit_from_json(doc->second));
      out.push_back(std::move(entry));
    }
    return out;
  }

 private:
  std::size_t limit_;
  std::map<std::pair<std::int64_t, std::string>, std::string> docs_;
};

}  // namespace

/// Dying here: an entry without a result stays, which tells that the call was begun.
Task<Result<void>> ControlTable::begin_audit(AuditEntry entry) {
  const dynamo::PutRequest request = put_of(table_, entry, "attribute_not_exists(#p)");
  const auto outcome = co_await client_.put_item(request);
  if (!outcome) co_return explained(outcome.error(), table_);
  if (outcome->applied) co_return Result<void>();
  CO_TRY(const bool ours, is_ours(entry, *outcome));
  if (ours) co_return Result<void>();
  co_return fail(Fault::duplicate_key,
                 fmt::format("A call with the key \"{}\" is in the audit of group \"{}\" already.",
                             entry.id, entry.group));
}

Task<Result<void>> ControlTable::end_audit(AuditEntry entry) {
  const dynamo::PutRequest request = put_of(table_, entry, "attribute_exists(#p)");
  const auto outcome = co_await client_.put_item(request);
  if (!outcome) co_return explained(outcome.error(), table_);
  if (outcome->applied) co_return Result<void>();
  co_return fail(Fault::not_found, fmt::format("The audit of group \"{}\" has no entry \"{}\".",
                                               entry.group, entry.id));
}

Task<Result<std::optional<AuditEntry>>> ControlTable::audit_entry(std::string group,
                                                                  std::string id) {
  const std::string key = key_json(partition_of(group), sort_of(id));
  const auto answer = co_await client_.get_item(table_, key, true);
  if (!answer) co_return explained(answer.error(), table_);
  CO_TRY(const std::optional<Attributes> item, item_of_answer(*answer));
  if (!item) co_return std::optional<AuditEntry>();
  CO_TRY(AuditEntry entry, audit_from_json(text_in(*item, "doc")));
  entry.answer = text_in(*item, "answer");
  co_return std::optional<AuditEntry>(std::move(entry));
}

Task<Result<std::vector<AuditEntry>>> ControlTable::audit(std::string group, int limit) {
  Newest newest(limit);
  Query query{table_, group, std::string(kPrefix), {"sk", "doc", "at"}};
  do {
    const auto answer = co_await client_.query(request_of(query));
    if (!answer) co_return explained(answer.error(), table_);
    CO_TRY(QueryPage page, page_of(*answer));
    for (const Attributes& item : page.items) newest.add(item);
    query.start_key = std::move(page.next_key);
  } while (!query.start_key.empty());
  co_return newest.entries();
}

}  // namespace crossfade::control
