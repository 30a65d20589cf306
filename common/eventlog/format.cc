#include "common/eventlog/format.h"

#include <fmt/core.h>
#include <zlib.h>

#include <bit>
#include <cstring>

#include "common/base/hash.h"

namespace crossfade::eventlog {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they are");

constexpr std::string_view kMagic = "xfadelog";
constexpr std::size_t kIdBytes = 32;
constexpr std::uint32_t kOpensGroup = 1U << 31U;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kCrcAt = 12;
constexpr std::size_t kBeginAt = 16;
constexpr std::size_t kCreatedAt = 24;
constexpr std::size_t kIdAt = 32;

template <class Number>
void put(std::string& out, Number number) {
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  out.append(raw, sizeof number);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::uint32_t crc(std::uint32_t seed, std::string_view bytes) {
  const auto* raw = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<std::uint32_t>(crc32_z(seed, raw, bytes.size()));
}

std::uint32_t header_crc(std::string_view header) {
  return crc(crc(0, header.substr(0, kCrcAt)), header.substr(kBeginAt));
}

}  // namespace

std::string encode(const SegmentHeader& header) {
  std::string bytes(kMagic);
  put(bytes, kFormatVersion);
  put(bytes, std::uint32_t{0});
  put(bytes, header.begin);
  put(bytes, header.created_ms);
  bytes.append(header.log_id);
  const std::uint32_t sum = header_crc(bytes);
  std::memcpy(bytes.data() + kCrcAt, &sum, sizeof sum);
  return bytes;
}

Result<SegmentHeader> decode_header(std::string_view bytes, const std::string& file) {
  if (bytes.size() < kIdAt + kIdBytes || bytes.substr(0, kMagic.size()) != kMagic)
    return fail(Fault::corrupt,
                fmt::format("{} is damaged at offset 0: no event log segment begins there", file));
  const auto version = get<std::uint32_t>(bytes, kVersionAt);
  if (version != kFormatVersion)
    return fail(Fault::invalid,
                fmt::format("{} has format version {}, and this program knows version {}: run the "
                            "version of Crossfade that wrote it",
                            file, version, kFormatVersion));
  if (get<std::uint32_t>(bytes, kCrcAt) != header_crc(bytes.substr(0, kHeaderBytes)))
    return fail(Fault::corrupt, fmt::format("{} is damaged in its header, at offset 0", file));
  return SegmentHeader{.log_id = std::string(bytes.substr(kIdAt, kIdBytes)),
                       .begin = get<Position>(bytes, kBeginAt),
                       .created_ms = get<std::int64_t>(bytes, kCreatedAt)};
}

FrameCodec::FrameCodec(std::string_view log_id)
    : crc_seed_(crc(0, log_id)), mark_seed_(stable_hash(log_id)) {}

std::int64_t FrameCodec::size_of(std::size_t record_bytes, bool opens_group) {
  return kFrameBytes + (opens_group ? kGroupBytes : 0) + static_cast<std::int64_t>(record_bytes);
}

FrameHead FrameCodec::head(std::string_view bytes) {
  const auto length = get<std::uint32_t>(bytes, 0);
  const bool opens_group = (length & kOpensGroup) != 0;
  return {.size = size_of(length & ~kOpensGroup, opens_group), .opens_group = opens_group};
}

std::string_view FrameCodec::record(std::string_view frame) {
  const bool opens_group = head(frame).opens_group;
  return frame.substr(static_cast<std::size_t>(size_of(0, opens_group)));
}

std::optional<std::int64_t> FrameCodec::group_ms(std::string_view frame) {
  if (!head(frame).opens_group) return std::nullopt;
  return get<std::int64_t>(frame, kFrameBytes + sizeof(std::uint64_t));
}

void FrameCodec::encode(std::string& out, Position begin, std::string_view record,
                        std::optional<std::int64_t> group_ms) const {
  const std::size_t start = out.size();
  put(out, static_cast<std::uint32_t>(record.size()) | (group_ms ? kOpensGroup : 0));
  put(out, std::uint32_t{0});
  if (group_ms) {
    put(out, mark(begin));
    put(out, *group_ms);
  }
  out.append(record);
  const std::uint32_t sum = checksum(begin, std::string_view(out).substr(start));
  std::memcpy(out.data() + start + sizeof(std::uint32_t), &sum, sizeof sum);
}

bool FrameCodec::intact(Position begin, std::string_view frame) const {
  return get<std::uint32_t>(frame, sizeof(std::uint32_t)) == checksum(begin, frame);
}

std::uint64_t FrameCodec::mark(Position begin) const {
  return mark_seed_ ^ static_cast<std::uint64_t>(begin);
}

std::uint32_t FrameCodec::checksum(Position begin, std::string_view frame) const {
  std::string start;
  put(start, begin);
  start.append(frame.substr(0, sizeof(std::uint32_t)));
  return crc(crc(crc_seed_, start), frame.substr(kFrameBytes));
}

}  // namespace crossfade::eventlog
