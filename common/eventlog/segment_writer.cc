#include "common/eventlog/segment_writer.h"

#include <fmt/core.h>

#include <exception>

#include "common/eventlog/space.h"

namespace crossfade::eventlog {
namespace {

constexpr std::size_t kKeptBuffer = 1U << 20U;

std::int64_t size_of(const Group& group) {
  std::int64_t bytes = kGroupBytes;
  for (const auto& records : group.appends)
    for (const std::string& record : records) bytes += FrameCodec::size_of(record.size(), false);
  return bytes;
}

Error out_of_service(const std::string& directory, const Error& cause) {
  Error error = fail(Fault::corrupt,
                     fmt::format("event log {} takes no more records, since nobody knows what its "
                                 "disk kept ({}); all that was durable before still reads: check "
                                 "the disk, then restart",
                                 directory, cause.message));
  error.outcome_unknown = true;
  return error;
}

}  // namespace

SegmentWriter::SegmentWriter(Options options, FileSystem& files, std::string log_id,
                             const Segment& tail, std::unique_ptr<File> file)
    : options_(std::move(options)),
      files_(files),
      log_id_(std::move(log_id)),
      codec_(log_id_),
      segment_(tail),
      file_(std::move(file)) {}

Written SegmentWriter::write(const Group& group) {
  Written written;
  try {
    written.status = broken_ ? Result<void>(*broken_) : put(group, written);
  } catch (const std::exception& exception) {
    written.status = undo(fail(Fault::transient, exception.what()));
  }
  if (!written.status) {
    written.begins.clear();
    const Error& error = written.status.error();
    if (error.outcome_unknown && !broken_) {
      broken_ = out_of_service(options_.directory, error);
      written.status = *broken_;
    }
  }
  if (buffer_.capacity() > kKeptBuffer) buffer_ = std::string();
  return written;
}

Result<void> SegmentWriter::put(const Group& group, Written& written) {
  const std::int64_t bytes = size_of(group);
  TRY(const std::int64_t free, files_.free_bytes(options_.directory));
  written.free_bytes = free;
  const Space space{.kept = group.kept_bytes, .free = free};
  TRY_VOID(room_for(bytes + kHeaderBytes, space, options_));
  TRY_VOID(roll_if_full(bytes, group, written));
  encode(group, written);
  if (Result<void> put = write_all(*file_, segment_.offset_of(segment_.end), buffer_); !put)
    return undo(put.error());
  TRY_VOID(sync_or_give_up(*file_));
  segment_.end = written.end;
  return {};
}

Result<void> SegmentWriter::roll_if_full(std::int64_t bytes, const Group& group, Written& written) {
  const bool empty = segment_.end == segment_.begin;
  if (empty || segment_.bytes() + bytes <= options_.segment_bytes) return {};
  const SegmentHeader header{.log_id = log_id_, .begin = segment_.end, .created_ms = group.time_ms};
  TRY(file_, create_segment(files_, options_.directory, header));
  segment_ = Segment{header.begin, header.begin, header.created_ms};
  written.rolled = segment_;
  return {};
}

void SegmentWriter::encode(const Group& group, Written& written) {
  buffer_.clear();
  buffer_.reserve(static_cast<std::size_t>(size_of(group)));
  written.end = segment_.end;
  std::optional<std::int64_t> group_ms = group.time_ms;
  for (const auto& records : group.appends) {
    for (const std::string& record : records) {
      written.begins.push_back(written.end);
      codec_.encode(buffer_, written.end, record, group_ms);
      written.end += FrameCodec::size_of(record.size(), group_ms.has_value());
      group_ms.reset();
    }
  }
}

Result<void> SegmentWriter::undo(const Error& cause) {
  Result<void> cut = file_->truncate(segment_.offset_of(segment_.end));
  if (cut) cut = file_->sync();
  if (cut) return cause;
  Error error = cause;
  error.message += "; " + cut.error().message;
  error.outcome_unknown = true;
  return error;
}

}  // namespace crossfade::eventlog
