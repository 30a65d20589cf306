#include "common/eventlog/recovery.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/eventlog/frame_reader.h"

namespace crossfade::eventlog {
namespace {

constexpr std::size_t kWindow = 1U << 20U;

/// Where the good part of the last segment ends.
struct Tail {
  Position end = 0;
  Position last_group = 0;
  std::int64_t last_ms = 0;
};

Result<std::vector<Position>> clean_directory(FileSystem& files, const std::string& directory) {
  TRY(const std::vector<std::string> names, files.list(directory));
  std::vector<Position> begins;
  for (const std::string& name : names) {
    if (name.ends_with(kUnfinished)) TRY_VOID(files.remove(fmt::format("{}/{}", directory, name)));
    if (const auto begin = begin_in_name(name)) begins.push_back(*begin);
  }
  std::sort(begins.begin(), begins.end());
  return begins;
}

Result<Recovered> make_log(FileSystem& files, const std::string& directory,
                           const SegmentHeader& fresh) {
  TRY(std::unique_ptr<File> tail, create_segment(files, directory, fresh));
  Recovered made;
  made.id = fresh.log_id;
  made.fresh = true;
  made.last_ms = fresh.created_ms;
  made.segments.push_back({fresh.begin, fresh.begin, fresh.created_ms});
  made.tail = std::move(tail);
  return made;
}

Result<void> check_neighbours(const Segment& before, const Segment& segment,
                              const std::string& directory) {
  if (before.end == segment.begin) return {};
  const std::string path = segment_path(directory, before.begin);
  if (before.end > segment.begin)
    return fail(Fault::corrupt, fmt::format("{} is damaged at offset {}: the next segment begins "
                                            "there, but it goes on",
                                            path, before.offset_of(segment.begin)));
  return fail(
      Fault::corrupt,
      fmt::format("{} ends at offset {}, and the {} bytes up to the next segment, {}, are "
                  "missing",
                  path, before.bytes(), segment.begin - before.end, segment_name(segment.begin)));
}

Result<void> add_segment(FileSystem& files, const std::string& directory, Position begin,
                         Recovered& found) {
  const std::string path = segment_path(directory, begin);
  TRY(std::unique_ptr<File> file, files.open(path, Open::write));
  TRY(const SegmentHeader header, read_header(*file, path, begin));
  if (found.id.empty()) found.id = header.log_id;
  if (header.log_id != found.id)
    return fail(Fault::corrupt, fmt::format("{} says at offset 32 that it belongs to log {}, and "
                                            "the segments before it to log {}",
                                            path, header.log_id, found.id));
  TRY(const std::int64_t size, file->size());
  const Segment segment{begin, begin + size - kHeaderBytes, header.created_ms};
  if (!found.segments.empty())
    TRY_VOID(check_neighbours(found.segments.back(), segment, directory));
  found.segments.push_back(segment);
  found.tail = std::move(file);
  return {};
}

Result<Tail> find_tail(File& file, const FrameCodec& codec, const Segment& segment,
                       const std::string& path) {
  FrameReader reader(file, codec, segment, kWindow);
  Tail tail{segment.begin, segment.begin, segment.created_ms};
  TRY(Frame frame, reader.next());
  while (frame.state == Frame::State::intact) {
    tail.end = frame.end;
    if (frame.group_ms) {
      tail.last_group = frame.begin;
      tail.last_ms = *frame.group_ms;
    }
    TRY(frame, reader.next());
  }
  if (frame.state == Frame::State::end) return tail;
  TRY(const std::optional<Position> later, reader.find_group(frame.begin + 1));
  if (!later) return tail;
  return fail(Fault::corrupt,
              fmt::format("{} is damaged at offset {}: records that were written later, from "
                          "offset {} on, are intact, so this is not the end of an unfinished write",
                          path, segment.offset_of(frame.begin), segment.offset_of(*later)));
}

Result<void> make_tail_durable(File& file, const Segment& segment, const Tail& tail) {
  std::string group(static_cast<std::size_t>(tail.end - tail.last_group), '\0');
  TRY(const std::size_t got, file.read_at(segment.offset_of(tail.last_group), group));
  group.resize(got);
  TRY_VOID(write_all(file, segment.offset_of(tail.last_group), group));
  if (segment.end != tail.end) TRY_VOID(file.truncate(segment.offset_of(tail.end)));
  return sync_or_give_up(file);
}

Result<void> repair_tail(const std::string& directory, Recovered& found) {
  Segment& last = found.segments.back();
  const FrameCodec codec(found.id);
  TRY(const Tail tail, find_tail(*found.tail, codec, last, segment_path(directory, last.begin)));
  TRY_VOID(make_tail_durable(*found.tail, last, tail));
  found.cut_bytes = last.end - tail.end;
  found.last_ms = tail.last_ms;
  last.end = tail.end;
  return {};
}

}  // namespace

Result<Recovered> recover(FileSystem& files, const std::string& directory,
                          const SegmentHeader& fresh) {
  TRY(const std::vector<Position> begins, clean_directory(files, directory));
  if (begins.empty()) return make_log(files, directory, fresh);
  Recovered found;
  for (const Position begin : begins) TRY_VOID(add_segment(files, directory, begin, found));
  TRY_VOID(repair_tail(directory, found));
  TRY_VOID(sync_or_give_up(files, directory));
  return found;
}

}  // namespace crossfade::eventlog
