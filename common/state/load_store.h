#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/mongo/client.h"

namespace crossfade::state {

/// Where one segment of a parallel scan stands: every page before `next_key` is in the collection.
struct SegmentCheckpoint {
  int segment = 0;
  std::string next_key;  ///< LastEvaluatedKey as received; empty: from the begin
  std::int64_t items = 0;
  bool done = false;
};

/// The `load_segments` collection. Blocking; inside offload() only.
class LoadStore {
 public:
  explicit LoadStore(std::string database) : where_{std::move(database), "load_segments"} {}

  /// One checkpoint for each of `segments`, fresh ones where none is stored.
  Result<std::vector<SegmentCheckpoint>> read(mongo::Client& client, const std::string& link,
                                              int segments) const;
  Result<void> save(mongo::Client& client, const std::string& link,
                    const SegmentCheckpoint& checkpoint) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
