#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/eventlog/position.h"

namespace crossfade::eventlog {

/// The persisted bytes, format version 1. All numbers little-endian; CRC is zlib's CRC-32.
///
///   segment  header (64 bytes), then frames without a gap; the file is named after the header's
///            `begin` in 20 digits, and a frame at position p stands at offset 64 + p - begin
///   header   magic "xfadelog" | version u32 | crc u32 of the other 60 bytes | begin i64 |
///            created i64, ms since 1970 | log id, 32 hexadecimal digits
///   frame    length u32, top bit: opens a group | crc u32 | [mark u64 | written i64, ms since
///            1970: only in a frame that opens a group] | record
///
/// A group is what one sync made durable: the next one is written only after that. So a group's
/// mark proves that every byte before it was durable, which tells a torn tail from damage. A
/// frame's CRC starts from the log id and its position: bytes of another log or place never pass.
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::int64_t kHeaderBytes = 64;
inline constexpr std::int64_t kFrameBytes = 8;
inline constexpr std::int64_t kGroupBytes = 16;
inline constexpr std::size_t kMaxRecordBytes = 256U << 20U;

struct SegmentHeader {
  std::string log_id;
  Position begin = 0;
  std::int64_t created_ms = 0;
};

std::string encode(const SegmentHeader& header);

/// `file` is named in the error: invalid for a version that this program does not know, corrupt
/// for anything else that is not a header.
Result<SegmentHeader> decode_header(std::string_view bytes, const std::string& file);

/// What the first eight bytes of a frame say. Not to be trusted before `intact`.
struct FrameHead {
  std::int64_t size = 0;  ///< of the whole frame
  bool opens_group = false;
};

/// Writes and checks the frames of one log. Immutable, so thread-safe.
class FrameCodec {
 public:
  explicit FrameCodec(std::string_view log_id);

  static std::int64_t size_of(std::size_t record_bytes, bool opens_group);
  /// At least kFrameBytes.
  static FrameHead head(std::string_view bytes);
  static std::string_view record(std::string_view frame);
  /// When the group that an intact frame opens was written; nothing inside a group.
  static std::optional<std::int64_t> group_ms(std::string_view frame);

  /// Appends the frame of `record` at `begin` to `out`; `group_ms` when it opens a group.
  void encode(std::string& out, Position begin, std::string_view record,
              std::optional<std::int64_t> group_ms) const;
  bool intact(Position begin, std::string_view frame) const;
  /// Stands at kFrameBytes of a frame at `begin` that opens a group.
  std::uint64_t mark(Position begin) const;

 private:
  std::uint32_t checksum(Position begin, std::string_view frame) const;

  std::uint32_t crc_seed_;
  std::uint64_t mark_seed_;
};

}  // namespace crossfade::eventlog
