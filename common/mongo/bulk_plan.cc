#include "common/mongo/bulk_plan.h"

#include <numeric>

namespace crossfade::mongo {
namespace {

enum class Command : std::uint8_t { insert, update, remove };

Command command_of(const WriteOp& operation) {
  switch (operation.kind) {
    case WriteOp::Kind::insert:
      return Command::insert;
    case WriteOp::Kind::remove:
      return Command::remove;
    case WriteOp::Kind::replace_upsert:
    case WriteOp::Kind::update:
      break;
  }
  return Command::update;
}

Chunk execution_order(std::span<const WriteOp> operations, bool ordered) {
  Chunk order(operations.size());
  std::iota(order.begin(), order.end(), 0U);
  if (ordered) return order;
  order.clear();
  for (const Command command : {Command::insert, Command::update, Command::remove})
    for (std::uint32_t index = 0; index < operations.size(); ++index)
      if (command_of(operations[index]) == command) order.push_back(index);
  return order;
}

}  // namespace

std::vector<Chunk> plan_bulk(std::span<const WriteOp> operations, bool ordered,
                             const ChunkLimits& limits) {
  std::vector<Chunk> chunks;
  std::size_t bytes = 0;
  for (const std::uint32_t index : execution_order(operations, ordered)) {
    const WriteOp& operation = operations[index];
    const std::size_t size = operation.filter.size() + operation.document.size();
    const bool fits =
        !chunks.empty() && chunks.back().size() < limits.operations &&
        bytes + size <= limits.bytes &&
        (ordered || command_of(operations[chunks.back().back()]) == command_of(operation));
    if (!fits) {
      chunks.emplace_back();
      bytes = 0;
    }
    chunks.back().push_back(index);
    bytes += size;
  }
  return chunks;
}

}  // namespace crossfade::mongo
