#include "common/control/control_table.h"

#include "common/control/attributes.h"
#include "common/control/handoff_json.h"
#include "common/control/state_write.h"
#include "common/control/table_errors.h"

namespace crossfade::control {
namespace {

Result<std::optional<GroupState>> state_in(std::string_view answer) {
  TRY(const std::optional<Attributes> item, item_of_answer(answer));
  if (!item) return std::optional<GroupState>();
  TRY(GroupState state, state_from_json(text_in(*item, "doc")));
  state.revision = number_in(*item, "rev");
  return std::optional<GroupState>(std::move(state));
}

Task<Result<void>> send_put(dynamo::Client& client, const StateWrite& write) {
  CO_TRY(const dynamo::WriteOutcome outcome, co_await client.put_item(write.put));
  if (outcome.applied) co_return Result<void>();
  co_return judge_put(write, outcome.current);
}

Task<Result<void>> send_transaction(dynamo::Client& client, const StateWrite& write) {
  auto sent = co_await client.transact_write_items(write.transaction);
  if (sent || sent.error().fault != Fault::condition_failed) co_return sent;
  co_return judge_transaction(write, sent.error().detail);
}

}  // namespace

Task<Result<std::optional<GroupState>>> ControlTable::read(std::string group) {
  const std::string key = key_json(partition_of(group), "state");
  const auto answer = co_await client_.get_item(table_, key, true);
  if (!answer) co_return explained(answer.error(), table_);
  co_return state_in(*answer);
}

Task<Result<std::optional<HandoffRecord>>> ControlTable::last_handoff(std::string group,
                                                                      std::int64_t epoch) {
  const std::string key = key_json(partition_of(group), journal_key(epoch - 1));
  const auto answer = co_await client_.get_item(table_, key, true);
  if (!answer) co_return explained(answer.error(), table_);
  CO_TRY(const std::optional<Attributes> item, item_of_answer(*answer));
  if (!item) co_return std::optional<HandoffRecord>();
  CO_TRY(HandoffRecord record, record_from_json(text_in(*item, "doc")));
  co_return std::optional<HandoffRecord>(std::move(record));
}

/// Dying here: the state has been replaced, with all that belongs to it, or not at all; whoever
/// comes next reads it.
Task<Result<void>> ControlTable::replace(GroupState& state, bool versioned, bool journal) {
  const Besides besides{versioned, journal};
  CO_TRY(const StateWrite write, plan_write(table_, state, besides));
  Result<void> sent;
  if (write.transaction.empty()) {
    sent = co_await send_put(client_, write);
  } else {
    sent = co_await send_transaction(client_, write);
  }
  if (!sent) co_return explained(sent.error(), table_);
  state.revision = write.revision;
  co_return Result<void>();
}

}  // namespace crossfade::control
