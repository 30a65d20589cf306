#include "common/codec/iso_date.h"

#include <fmt/core.h>

#include <charconv>
#include <chrono>

namespace crossfade::codec {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kFirst = -62'167'219'200'000;  // 0000-01-01
constexpr std::int64_t kEnd = 253'402'300'800'000;    // 10000-01-01
constexpr std::string_view kPattern = "0000-00-00T00:00:00.000Z";

std::int64_t digits(std::string_view text, std::size_t begin, std::size_t count) {
  std::int64_t value = 0;
  for (const char c : text.substr(begin, count)) value = value * 10 + (c - '0');
  return value;
}

bool has_the_pattern(std::string_view text) {
  if (text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !digit : text[i] != kPattern[i]) return false;
  }
  return true;
}

std::int64_t parse_iso(std::string_view text) {
  const auto year = std::chrono::year(static_cast<int>(digits(text, 0, 4)));
  const auto month = std::chrono::month(static_cast<unsigned>(digits(text, 5, 2)));
  const auto day = std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)));
  const std::int64_t date = sys_days(year_month_day(year, month, day)).time_since_epoch().count();
  const std::int64_t time =
      (digits(text, 11, 2) * 60 + digits(text, 14, 2)) * 60 + digits(text, 17, 2);
  return date * kDay + time * 1000 + digits(text, 20, 3);
}

}  // namespace

std::string date_text(std::int64_t ms) {
  if (ms < kFirst || ms >= kEnd) return std::to_string(ms);
  const std::int64_t day = ms >= 0 ? ms / kDay : -((kDay - 1 - ms) / kDay);
  const std::int64_t rest = ms - day * kDay;
  const year_month_day date{sys_days(days(day))};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
}

std::optional<std::int64_t> date_from_text(std::string_view text) {
  std::int64_t ms = 0;
  if (has_the_pattern(text)) {
    ms = parse_iso(text);
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  }
  if (date_text(ms) != text) return std::nullopt;
  return ms;
}

}  // namespace crossfade::codec
