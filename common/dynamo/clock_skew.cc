#include "common/dynamo/clock_skew.h"

#include <cstdlib>
#include <ctime>
#include <string>

namespace crossfade::dynamo {

namespace {
constexpr std::int64_t kWorthCorrectingMs = 60'000;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::int64_t{::timegm(&parts)} * 1'000;
}

bool ClockSkew::correct(std::string_view date_header, std::int64_t wall_ms,
                        std::int64_t used_offset_ms) {
  const auto server_ms = parse_http_date(date_header);
  if (!server_ms) return false;
  const std::int64_t offset_ms = *server_ms - wall_ms;
  if (std::llabs(offset_ms - used_offset_ms) < kWorthCorrectingMs) return false;
  offset_ms_ = offset_ms;
  return true;
}

}  // namespace crossfade::dynamo
