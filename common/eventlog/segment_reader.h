#pragma once

#include <vector>

#include "common/eventlog/segment.h"

namespace crossfade::eventlog {

struct ReadRequest {
  std::string directory;
  Segment segment;  ///< `from` is in it, before its durable end
  Position from = 0;
  std::size_t max_bytes = 0;
};

/// Whole records of one segment, at least one, at most about `max_bytes`. Blocks. Fault::corrupt
/// names file and offset of the damage, or the record that `from` is inside of; not_found when the
/// segment has been removed.
Result<std::vector<Record>> read_records(FileSystem& files, const FrameCodec& codec,
                                         const ReadRequest& request);

}  // namespace crossfade::eventlog
