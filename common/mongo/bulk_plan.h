#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/mongo/client.h"

namespace crossfade::mongo {

/// Indexes of operations that go to the server together.
using Chunk = std::vector<std::uint32_t>;

struct ChunkLimits {
  std::size_t operations = 100'000;  ///< the server's maxWriteBatchSize
  std::size_t bytes = 32'000'000;    ///< well below its maxMessageSizeBytes (48,000,000)
};

/// Cuts a bulk write into parts of bounded size, every operation once. Ordered: in the order given.
/// Unordered: operations of one kind of command together, so that a part is a single
/// message: the driver reports a lost connection between two messages only if no operation failed
/// before it, and a failure of that kind must not pass for a list of single failures.
std::vector<Chunk> plan_bulk(std::span<const WriteOp> operations, bool ordered,
                             const ChunkLimits& limits = {});

}  // namespace crossfade::mongo
