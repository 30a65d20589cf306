#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace crossfade::dynamo {

/// Milliseconds since the epoch of `Thu, 01 Jan 2026 00:00:00 GMT`; nullopt for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text);

/// How far the clock of one endpoint is ahead of ours; learnt only when it refuses our time.
class ClockSkew {
 public:
  std::int64_t offset_ms() const { return offset_ms_; }

  /// Takes the offset from the Date header of the refusal of a request signed with
  /// `used_offset_ms`. False when that was right already, so that another signature would be
  /// refused as well.
  bool correct(std::string_view date_header, std::int64_t wall_ms, std::int64_t used_offset_ms);

 private:
  std::int64_t offset_ms_ = 0;
};

}  // namespace crossfade::dynamo
