#pragma once

#include <string>

#include "common/eventlog/segment.h"

namespace crossfade::eventlog {

/// Intact frames carry all members, the others only where.
struct Frame {
  enum class State : std::uint8_t { intact, damaged, end };

  State state = State::end;
  Position begin = 0;  ///< of the frame, or where the damage or the end is
  Position end = 0;
  std::optional<std::int64_t> group_ms;  ///< when it opens a group
  std::string_view record;               ///< until the next call
};

/// Walks the frames of a segment, through a window of `window` bytes or of the largest frame.
/// Blocks. Not thread-safe.
class FrameReader {
 public:
  /// From a frame's begin up to segment.end; all three outlive it.
  FrameReader(File& file, const FrameCodec& codec, const Segment& segment, std::size_t window);

  void seek(Position from) { position_ = from; }
  /// Stays where it is at damage and at the end. An error only when the file cannot be read.
  Result<Frame> next();

  /// The first frame at or after `from` that opens a group, is intact and stands anywhere, not
  /// only behind the frame before it; nothing when there is none.
  Result<std::optional<Position>> find_group(Position from);

 private:
  /// `size` bytes at `at`, or fewer when the file is shorter.
  Result<std::string_view> bytes_at(Position at, std::int64_t size);
  Frame here(Frame::State state) const;
  Result<bool> opens_group_at(Position at);

  File& file_;
  const FrameCodec& codec_;
  const Segment& segment_;
  std::int64_t window_;
  Position position_;
  std::string buffer_;
  Position buffer_begin_;
};

}  // namespace crossfade::eventlog
