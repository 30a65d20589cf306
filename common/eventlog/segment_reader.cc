#include "common/eventlog/segment_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/eventlog/frame_reader.h"
#include "common/eventlog/tail_cache.h"

namespace crossfade::eventlog {
namespace {

constexpr std::size_t kLeastWindow = 64U << 10U;
constexpr std::size_t kMostWindow = 4U << 20U;

Error damaged(const ReadRequest& request, Position at) {
  const Segment& segment = request.segment;
  return fail(
      Fault::corrupt,
      fmt::format("{} is damaged at offset {}: the record at position {} does not read back",
                  segment_path(request.directory, segment.begin), segment.offset_of(at), at));
}

/// Walks up to where nothing could be read, to tell damage from a position that never was one.
Error why_unreadable(FrameReader& reader, const ReadRequest& request) {
  reader.seek(request.segment.begin);
  Result<Frame> frame = reader.next();
  while (frame && frame->state == Frame::State::intact && frame->end <= request.from)
    frame = reader.next();
  if (!frame) return frame.error();
  if (frame->state == Frame::State::intact)
    return inside_a_record(request.from, frame->begin, frame->end);
  return damaged(request, frame->begin);
}

}  // namespace

Result<std::vector<Record>> read_records(FileSystem& files, const FrameCodec& codec,
                                         const ReadRequest& request) {
  TRY(std::unique_ptr<File> file,
      files.open(segment_path(request.directory, request.segment.begin), Open::read));
  FrameReader reader(*file, codec, request.segment,
                     std::clamp(request.max_bytes, kLeastWindow, kMostWindow));
  reader.seek(request.from);
  std::vector<Record> records;
  std::size_t bytes = 0;
  TRY(Frame frame, reader.next());
  while (frame.state == Frame::State::intact) {
    bytes += frame.record.size();
    if (!records.empty() && bytes > request.max_bytes) return records;
    records.push_back({frame.begin, frame.end, std::string(frame.record)});
    TRY(frame, reader.next());
  }
  if (records.empty()) return why_unreadable(reader, request);
  return records;
}

}  // namespace crossfade::eventlog
