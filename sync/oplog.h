#pragma once

#include <cstdint>

#include "common/mongo/client.h"

namespace crossfade::sync {

/// How much the oplog of a replica set holds.
struct OplogWindow {
  std::int64_t first_ms = 0;  ///< wall time of its oldest entry
  std::int64_t bytes = 0;
  std::int64_t most_bytes = 0;  ///< from which the oldest entries go
};

/// Blocking; inside offload() only. Needs to read local.oplog.rs and its collStats; through mongos
/// there is none.
Result<OplogWindow> read_oplog(mongo::Client& client);

/// For how many hours from now a reader that has read up to `position_ms` could stand still and
/// still go on, at the rate at which the oplog has filled so far. An oplog younger than an hour
/// counts as an hour old, so that the burst of a full load is not taken for the pace of a day.
/// Pure.
double oplog_headroom_hours(const OplogWindow& window, std::int64_t position_ms,
                            std::int64_t now_ms);

}  // namespace crossfade::sync
