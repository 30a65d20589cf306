#pragma once

#include <deque>
#include <vector>

#include "common/eventlog/segment.h"

namespace crossfade::eventlog {

/// The segments of a log, oldest first, without gaps, at least one; the last takes the appends.
/// Chooses, and touches no file. One thread.
class SegmentList {
 public:
  explicit SegmentList(const std::vector<Segment>& segments);

  Position first() const { return segments_.front().begin; }
  Position end() const { return segments_.back().end; }
  /// Of all files.
  std::int64_t bytes() const { return bytes_; }
  const Segment& newest() const { return segments_.back(); }

  /// `position` in [first, end).
  const Segment& holding(Position position) const;
  /// The begin of the last one that was made at or before `time_ms`, else of the oldest.
  Position begin_at(std::int64_t time_ms) const;

  void add(const Segment& segment);
  /// The last one has grown.
  void extend(Position end);

  /// Takes out those before the last that end at or before `applied` and were last written at or
  /// before `time_ms`. A segment counts as written until the next one was made.
  std::vector<Segment> take_out(Position applied, std::int64_t time_ms);
  /// Puts back what take_out gave, or its tail.
  void put_back(const std::vector<Segment>& segments);

 private:
  std::deque<Segment> segments_;
  std::int64_t bytes_ = 0;
};

}  // namespace crossfade::eventlog
