#pragma once

#include <span>
#include <vector>

#include "common/eventlog/event_log.h"
#include "common/eventlog/segment.h"

namespace crossfade::eventlog {

/// What one sync makes durable: appends in order, at least one record.
struct Group {
  std::vector<std::span<const std::string>> appends;
  std::int64_t time_ms = 0;     ///< never before that of an earlier group
  std::int64_t kept_bytes = 0;  ///< by all segments, for the limit
};

struct Written {
  Result<void> status;
  std::optional<Segment> rolled;  ///< a segment that was made, also when the write failed
  std::vector<Position> begins;   ///< of each record; empty after a failure
  Position end = 0;
  std::optional<std::int64_t> free_bytes;  ///< before this write, when the disk says
};

/// Puts groups at the end of the log, each in one segment, with one write and one sync. Blocks; one
/// call at a time, from any thread.
class SegmentWriter {
 public:
  /// Goes on where `tail` ends.
  SegmentWriter(Options options, FileSystem& files, std::string log_id, const Segment& tail,
                std::unique_ptr<File> file);

  /// All of the group is durable, or none of it is in the log: what had been written of it is cut
  /// off again, and the next call may succeed. Faults: disk_full; corrupt for other trouble of the
  /// disk. When a sync or that cut fails, what the disk holds is unknown: outcome_unknown is set
  /// and this and every later call fails.
  Written write(const Group& group);

 private:
  Result<void> put(const Group& group, Written& written);
  Result<void> roll_if_full(std::int64_t bytes, const Group& group, Written& written);
  void encode(const Group& group, Written& written);
  Result<void> undo(const Error& cause);

  Options options_;
  FileSystem& files_;
  std::string log_id_;
  FrameCodec codec_;
  Segment segment_;
  std::unique_ptr<File> file_;
  std::string buffer_;
  std::optional<Error> broken_;
};

}  // namespace crossfade::eventlog
