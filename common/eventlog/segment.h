#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/eventlog/file_system.h"
#include "common/eventlog/format.h"

namespace crossfade::eventlog {

/// One file of the log. `end` is where its durable records end; the next segment begins there.
struct Segment {
  Position begin = 0;
  Position end = 0;
  std::int64_t created_ms = 0;

  std::int64_t offset_of(Position position) const { return kHeaderBytes + position - begin; }
  /// Of the file, durable part.
  std::int64_t bytes() const { return offset_of(end); }
};

/// `00000000000000001234.log`
std::string segment_name(Position begin);
std::string segment_path(const std::string& directory, Position begin);
/// Nothing for any other name.
std::optional<Position> begin_in_name(std::string_view name);

/// A segment that is being made has this at the end of its name until its header is durable.
inline constexpr std::string_view kUnfinished = ".new";

/// Makes a segment without records; it is there whole or not at all, whenever the power goes.
/// Open for writing. An error with outcome_unknown: nothing more may be written to the log.
Result<std::unique_ptr<File>> create_segment(FileSystem& files, const std::string& directory,
                                             const SegmentHeader& header);

/// Reads the header of the file that is named after `begin` and holds the two against each other.
Result<SegmentHeader> read_header(File& file, const std::string& path, Position begin);

struct Removed {
  std::size_t count = 0;
  Result<void> status;
  std::optional<std::int64_t> free_bytes;  ///< after it, when the disk says
};

/// The oldest first, each durably before the next, so that no power cut leaves a hole; stops at the
/// first that fails. One that is not there counts as removed.
Removed remove_segments(FileSystem& files, const std::string& directory,
                        const std::vector<Segment>& segments);

}  // namespace crossfade::eventlog
