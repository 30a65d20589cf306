#include "common/eventlog/segment.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crossfade::eventlog {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::string_view kSuffix = ".log";

Result<std::unique_ptr<File>> create_file(FileSystem& files, const std::string& path,
                                          const SegmentHeader& header) {
  TRY(std::unique_ptr<File> file, files.open(path, Open::create));
  TRY_VOID(write_all(*file, 0, encode(header)));
  TRY_VOID(sync_or_give_up(*file));
  return file;
}

}  // namespace

std::string segment_name(Position begin) {
  return fmt::format("{:020}{}", begin, kSuffix);
}

std::string segment_path(const std::string& directory, Position begin) {
  return directory + "/" + segment_name(begin);
}

std::optional<Position> begin_in_name(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  Position begin = 0;
  const std::string digits(name.substr(0, kDigits));
  const char* end = digits.data() + kDigits;
  const auto parsed = std::from_chars(digits.data(), end, begin);
  if (parsed.ec != std::errc() || parsed.ptr != end || begin < 0) return std::nullopt;
  return begin;
}

Result<std::unique_ptr<File>> create_segment(FileSystem& files, const std::string& directory,
                                             const SegmentHeader& header) {
  const std::string path = segment_path(directory, header.begin);
  const std::string unfinished = path + std::string(kUnfinished);
  Result<std::unique_ptr<File>> file = create_file(files, unfinished, header);
  if (file) {
    if (Result<void> renamed = files.rename(unfinished, path); !renamed) file = renamed.error();
  }
  if (!file) {
    const Result<void> removed = files.remove(unfinished);
    static_cast<void>(removed);
    return file;
  }
  TRY_VOID(sync_or_give_up(files, directory));
  return file;
}

Result<SegmentHeader> read_header(File& file, const std::string& path, Position begin) {
  std::array<char, kHeaderBytes> bytes{};
  TRY(const std::size_t size, file.read_at(0, bytes));
  TRY(SegmentHeader header, decode_header({bytes.data(), size}, path));
  if (header.begin != begin)
    return fail(Fault::corrupt, fmt::format("{} says at offset 16 that it begins at {}: it has "
                                            "been renamed or written over",
                                            path, header.begin));
  return header;
}

Removed remove_segments(FileSystem& files, const std::string& directory,
                        const std::vector<Segment>& segments) {
  Removed removed;
  for (const Segment& segment : segments) {
    Result<void> gone = files.remove(segment_path(directory, segment.begin));
    if (!gone && gone.error().fault != Fault::not_found) {
      removed.status = gone;
      break;
    }
    ++removed.count;
    removed.status = files.sync_directory(directory);
    if (!removed.status) break;
  }
  if (const Result<std::int64_t> free = files.free_bytes(directory); free)
    removed.free_bytes = *free;
  return removed;
}

}  // namespace crossfade::eventlog
