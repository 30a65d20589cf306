#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace crossfade::sync {

/// `200ms`, `60s`, `5m`, `24h`, `7d`: a whole number and a unit. Nothing else is a duration.
std::optional<Milliseconds> parse_duration(std::string_view text);
/// In the largest unit that leaves a whole number.
std::string format_duration(Milliseconds duration);

/// Bytes: `4096`, `512MB` (powers of 1000) or `16GiB` (powers of 1024).
std::optional<std::int64_t> parse_size(std::string_view text);
/// In the largest power of 1024 that leaves a whole number.
std::string format_size(std::int64_t bytes);

}  // namespace crossfade::sync
