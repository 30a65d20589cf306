#include "common/eventlog/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace crossfade::eventlog {

FrameReader::FrameReader(File& file, const FrameCodec& codec, const Segment& segment,
                         std::size_t window)
    : file_(file),
      codec_(codec),
      segment_(segment),
      window_(static_cast<std::int64_t>(window)),
      position_(segment.begin),
      buffer_begin_(segment.begin) {}

Result<Frame> FrameReader::next() {
  if (position_ == segment_.end) return here(Frame::State::end);
  TRY(std::string_view bytes, bytes_at(position_, kFrameBytes));
  if (std::ssize(bytes) < kFrameBytes) return here(Frame::State::damaged);
  const std::int64_t size = FrameCodec::head(bytes).size;
  if (size > segment_.end - position_) return here(Frame::State::damaged);
  TRY(bytes, bytes_at(position_, size));
  if (std::ssize(bytes) < size || !codec_.intact(position_, bytes))
    return here(Frame::State::damaged);
  const Position begin = position_;
  position_ += size;
  return Frame{.state = Frame::State::intact,
               .begin = begin,
               .end = position_,
               .group_ms = FrameCodec::group_ms(bytes),
               .record = FrameCodec::record(bytes)};
}

Frame FrameReader::here(Frame::State state) const {
  Frame frame;
  frame.state = state;
  frame.begin = frame.end = position_;
  return frame;
}

Result<std::optional<Position>> FrameReader::find_group(Position from) {
  constexpr std::int64_t kLeast = kFrameBytes + kGroupBytes;
  for (Position at = from; at + kLeast <= segment_.end; ++at) {
    TRY(const std::string_view bytes, bytes_at(at, kLeast));
    if (std::ssize(bytes) < kLeast) break;
    const std::uint64_t mark = codec_.mark(at);
    if (std::memcmp(bytes.data() + kFrameBytes, &mark, sizeof mark) != 0) continue;
    TRY(const bool found, opens_group_at(at));
    if (found) return std::optional<Position>(at);
  }
  return std::optional<Position>();
}

Result<bool> FrameReader::opens_group_at(Position at) {
  const Position here = position_;
  seek(at);
  Result<Frame> frame = next();
  seek(here);
  if (!frame) return frame.error();
  return frame->state == Frame::State::intact && frame->group_ms.has_value();
}

Result<std::string_view> FrameReader::bytes_at(Position at, std::int64_t size) {
  const std::int64_t wanted = std::min(size, segment_.end - at);
  if (at < buffer_begin_ || at + wanted > buffer_begin_ + std::ssize(buffer_)) {
    const std::int64_t ahead = std::min(std::max(size, window_), segment_.end - at);
    buffer_.resize(static_cast<std::size_t>(ahead));
    buffer_begin_ = at;
    TRY(const std::size_t got, file_.read_at(segment_.offset_of(at), buffer_));
    buffer_.resize(got);
  }
  const auto skip = static_cast<std::size_t>(at - buffer_begin_);
  if (skip > buffer_.size()) return std::string_view();
  return std::string_view(buffer_).substr(skip, static_cast<std::size_t>(wanted));
}

}  // namespace crossfade::eventlog
