#include <fmt/core.h>

#include "backward/item_writer.h"

namespace crossfade::backward {

/// Dying here: the update has landed or not; the item's token tells the next process.
Task<Result<bool>> ItemWriter::swap(ItemSwap swap, Stop& stop) {
  const WriteToken token = token_for(swap.key, swap.position, false);
  std::optional<std::string> wanted;
  if (swap.value) {
    CO_TRY(codec::MappedItem item, mapper_.to_item(*swap.value, &token));
    wanted = std::move(item.json);
  }
  const ItemNames names{options_.hash_attribute, options_.reserved};
  CO_TRY(ItemUpdate update, item_update(names, swap.read, wanted, swap.attributes));
  if (!wanted) co_return co_await remove_as_read(std::move(swap), std::move(update), stop);
  dynamo::UpdateRequest request{options_.table, {}, update.expression, guard(token)};
  CO_TRY(request.key_json, mapper_.key_json(swap.key));
  request.condition = both(both(std::move(request.condition), update.as_read), update.written);
  request.may_send = options_.may_write;
  const auto outcome = co_await client_.update_item(request);
  note(swap.key, outcome);
  if (!outcome) co_return outcome.error();
  co_return outcome->applied || left_by(outcome->current, swap.key, swap.position);
}

/// Dying between mark and delete: the mark is found to be ours, the delete follows.
Task<Result<bool>> ItemWriter::remove_as_read(ItemSwap swap, ItemUpdate update, Stop& stop) {
  if (!update.was_there) co_return true;
  const WriteToken token = token_for(swap.key, swap.position, true);
  CO_TRY(const std::string key_json, mapper_.key_json(swap.key));
  const dynamo::Condition as_read = update.as_read;
  const auto marked = co_await mark(swap.key, key_json, token, as_read);
  if (!marked) co_return marked.error();
  if (!marked->applied && !left_by(marked->current, swap.key, swap.position)) co_return false;
  if (clock_.wall_ms() < late_until(swap.key))
    CO_TRY_VOID(co_await wait_for_late_writes(swap.key, stop));
  const auto removed = co_await remove_marked(key_json, token, as_read);
  if (!removed) co_return removed.error();
  co_return removed->applied || removed->current.find("\"Item\"") == std::string::npos;
}

bool ItemWriter::wrote(const WriteToken& token, const Key& key, std::int64_t position) const {
  return token.link == options_.link_id && token.key_hash == hash_of(key) &&
         token.position == position;
}

/// What stood in the way is what this very write has left.
bool ItemWriter::left_by(std::string current, const Key& key, std::int64_t position) const {
  const auto item = mapper_.read_item(current);
  return item && item.value() && item.value()->token && wrote(*item.value()->token, key, position);
}

}  // namespace crossfade::backward
