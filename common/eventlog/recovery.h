#pragma once

#include "common/eventlog/segment.h"

namespace crossfade::eventlog {

/// What stands on disk once the log is open.
struct Recovered {
  std::string id;
  bool fresh = false;             ///< made just now
  std::vector<Segment> segments;  ///< oldest first, at least one
  std::unique_ptr<File> tail;     ///< of the last one, for writing
  std::int64_t last_ms = 0;       ///< when the newest group was written, else its segment made
  std::int64_t cut_bytes = 0;     ///< of an append that never returned
};

/// Reads what is there, or makes a log that starts with `fresh`, and leaves it so that appends can
/// go on: every record in it is durable. Blocks; the caller holds the lock.
///
/// Only the end of the last segment may be torn, and only by the group that was being written:
/// anything else that does not read back is Fault::corrupt and names file and offset. Records of
/// the other segments are checked when they are read. The last group is written once more, since a
/// process whose sync had failed may have left bytes that the kernel shows but the disk does not
/// have.
Result<Recovered> recover(FileSystem& files, const std::string& directory,
                          const SegmentHeader& fresh);

}  // namespace crossfade::eventlog
