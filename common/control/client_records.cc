#include <fmt/core.h>

#include "common/control/attributes.h"
#include "common/control/control_table.h"
#include "common/control/query.h"
#include "common/control/state_write.h"
#include "common/control/table_errors.h"

namespace crossfade::control {
namespace {

constexpr std::string_view kPrefix = "client/";

std::string key_of(const std::string& group, const std::string& id) {
  return key_json(partition_of(group), std::string(kPrefix) + id);
}

/// Applications write these too: what is missing or odd is taken for the worse.
ClientRecord record_of(const Attributes& item) {
  ClientRecord record;
  record.id = text_in(item, "sk").substr(kPrefix.size());
  record.continues = text_in(item, "mode") != "refuse";
  record.lease_ms = number_in(item, "lease_ms", record.lease_ms);
  record.acknowledged = number_in(item, "acked");
  record.seen_ms = number_in(item, "seen_ms");
  return record;
}

dynamo::UpdateRequest sign_of_life(const std::string& table, const std::string& group,
                                   const ClientRecord& client) {
  dynamo::UpdateRequest request;
  request.table = table;
  request.key_json = key_of(group, client.id);
  request.update_expression = "SET #m = :m, #l = :l, #t = :t";
  request.condition.names_json = R"({"#m":"mode","#l":"lease_ms","#t":"seen_ms","#a":"acked"})";
  AttributeWriter values;
  values.text(":m", client.continues ? "continue" : "refuse");
  values.number(":l", client.lease_ms).number(":t", client.seen_ms);
  values.number(":a", client.acknowledged);
  request.condition.values_json = values.finish();
  return request;
}

}  // namespace

Task<Result<std::vector<ClientRecord>>> ControlTable::clients(std::string group) {
  std::vector<ClientRecord> records;
  Query query{table_, group, std::string(kPrefix), {"sk", "mode", "lease_ms", "acked", "seen_ms"}};
  do {
    const auto answer = co_await client_.query(request_of(query));
    if (!answer) co_return explained(answer.error(), table_);
    CO_TRY(QueryPage page, page_of(*answer));
    for (const Attributes& item : page.items) records.push_back(record_of(item));
    if (records.size() > kMostClients) {
      co_return fail(Fault::invalid,
                     fmt::format("Group \"{}\" has more than {} clients in the control table: "
                                 "remove those that are gone.",
                                 group, kMostClients));
    }
    query.start_key = std::move(page.next_key);
  } while (!query.start_key.empty());
  co_return records;
}

/// Dying between the two: the acknowledgement stands as it did, the rest is told again with the
/// client's next sign of life.
Task<Result<void>> ControlTable::put_client(std::string group, ClientRecord client) {
  dynamo::UpdateRequest request = sign_of_life(table_, group, client);
  request.update_expression += ", #a = :a";
  request.condition.expression = "attribute_not_exists(#a) OR #a <= :a";
  const auto all = co_await client_.update_item(request);
  if (!all) co_return explained(all.error(), table_);
  if (all->applied) co_return Result<void>();
  request = sign_of_life(table_, group, client);
  request.condition.expression = "#a > :a";
  const auto rest = co_await client_.update_item(request);
  if (!rest) co_return rest.error();
  if (rest->applied) co_return Result<void>();
  co_return fail(
      Fault::conflict,
      fmt::format("The record of client \"{}\" of group \"{}\" keeps changing.", client.id, group));
}

Task<Result<void>> ControlTable::forget_client(std::string group, std::string id,
                                               std::optional<std::int64_t> seen_ms) {
  dynamo::DeleteRequest request{table_, key_of(group, id), {}};
  if (seen_ms) {
    request.condition = {"attribute_not_exists(#t) OR #t <= :t", R"({"#t":"seen_ms"})",
                         AttributeWriter().number(":t", *seen_ms).finish()};
  }
  const auto removed = co_await client_.delete_item(request);
  if (!removed) co_return explained(removed.error(), table_);
  co_return Result<void>();
}

}  // namespace crossfade::control
