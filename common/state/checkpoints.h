#pragma once

#include <cstdint>
#include <string>

#include "common/mongo/client.h"
#include "common/mongo/session.h"

namespace crossfade::state {

/// Where a lane of a direction stands in its event log: everything before `offset` is applied.
struct LaneCheckpoint {
  std::string id;  ///< "orders/forward/0"
  std::int64_t epoch = 1;
  std::string log;  ///< id of the event log that `offset` belongs to
  std::int64_t offset = 0;
  bool clean = true;  ///< whoever wrote it had ended: nothing beyond `offset` was in flight
  std::int64_t wary_until_ms =
      0;  ///< wall time until which a write with a lost reply may still land
};

std::string lane_id(const std::string& link, std::string_view direction, int lane);

/// The `lanes` collection. Blocking; inside offload() only.
class Checkpoints {
 public:
  explicit Checkpoints(std::string database) : where_{std::move(database), "lanes"} {}

  /// The stored checkpoint of `initial.id`, or `initial` after storing it. Fault::stale when the
  /// stored one belongs to another log: then this data_dir is not the one that the link has used so
  /// far.
  Result<LaneCheckpoint> open(mongo::Client& client, const LaneCheckpoint& initial) const;

  /// Compare-and-set from `from` to `to`, within the session's transaction when one is given.
  /// Fault::stale when the stored one is not `from`: another worker has taken over, or the batch
  /// was already applied.
  Result<void> advance(mongo::Client& client, const LaneCheckpoint& from, const LaneCheckpoint& to,
                       mongo::Session* session = nullptr) const;
  Result<LaneCheckpoint> read(mongo::Client& client, const std::string& id) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
