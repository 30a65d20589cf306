#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crossfade::codec {

/// A BSON date (milliseconds since the epoch, UTC) as `2026-01-02T03:04:05.678Z`; outside the years
/// 0 to 9999 as the plain number of milliseconds.
std::string date_text(std::int64_t ms);

/// Only what date_text() writes.
std::optional<std::int64_t> date_from_text(std::string_view text);

}  // namespace crossfade::codec
