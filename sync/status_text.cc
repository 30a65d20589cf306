#include "sync/status_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace crossfade::sync {
namespace {

constexpr int kBar = 30;

std::string bar(double fraction) {
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kBar);
  return fmt::format("[{}{}]", std::string(static_cast<std::size_t>(filled), '#'),
                     std::string(static_cast<std::size_t>(kBar - filled), '.'));
}

std::string load_line(const LoadStatus& load) {
  std::string line = fmt::format("  load      {} {:>3.0f} %  {} items", bar(load.fraction),
                                 std::floor(load.fraction * 100), with_commas(load.items));
  if (load.fraction < 1 && load.items_per_second > 0) {
    line.append(fmt::format("  {}/s", with_commas(std::llround(load.items_per_second))));
  }
  if (load.fraction < 1 && load.eta_seconds > 0) {
    line.append(fmt::format("  {} left", as_duration(load.eta_seconds * 1000)));
  }
  return line + "\n";
}

constexpr const char* kRow = "  {:<9}{:>12}{:>12}{:>12}{:>12}{:>12}{:>10}{:>10}{:>12}\n";

std::string rate(const DirectionStatus& now, const DirectionStatus* before, Milliseconds ago) {
  if (before == nullptr || ago.count() <= 0 || now.applied < before->applied) return "";
  const auto applied = static_cast<double>(now.applied - before->applied);
  return with_commas(std::llround(applied * 1000 / static_cast<double>(ago.count()))) + "/s";
}

std::string direction_row(const char* name, const DirectionStatus& now,
                          const std::string& applied_rate) {
  return fmt::format(kRow, name, with_commas(now.captured), with_commas(now.applied),
                     with_commas(now.echoes_dropped), with_commas(now.behind),
                     as_duration(static_cast<double>(now.lag_ms)), as_duration(now.lag_p50_ms),
                     as_duration(now.lag_p99_ms), applied_rate);
}

std::string kept_line(const LinkStatus& link) {
  return fmt::format("  {} violations, {} dead letters, event log {}{}\n",
                     with_commas(link.violations), with_commas(link.dead_letters),
                     as_bytes(link.log_bytes), link.log_near_limit ? ", NEAR ITS LIMIT" : "");
}

std::string proving_line(const ProvingStatus& proving) {
  std::string line = fmt::format("  proving   {} keys compared, {} waiting, {} differ\n",
                                 with_commas(proving.compared), with_commas(proving.waiting),
                                 with_commas(proving.mismatches));
  return proving.oldest.empty() ? line : line + "            the oldest: " + proving.oldest + "\n";
}

std::string leg(std::int64_t ms) {
  return ms < 0 ? "not yet" : as_duration(static_cast<double>(ms));
}

std::string canary_line(const CanaryStatus& canary) {
  std::string line = fmt::format("  canary    forward {}, backward {}", leg(canary.forward_ms),
                                 leg(canary.backward_ms));
  if (canary.waiting_ms > 0)
    line.append(", on its way for " + as_duration(static_cast<double>(canary.waiting_ms)));
  return line + "\n";
}

std::string link_text(const LinkStatus& link, const LinkStatus* before, Milliseconds ago) {
  std::string text =
      fmt::format("{}: {}  ({} <-> {})\n", link.name, link.phase, link.table, link.collection);
  if (!link.reason.empty()) text.append("  " + link.reason + "\n");
  if (!link.group.empty()) {
    text.append(fmt::format("  group {}: version {} of its rules, {:g} % on MongoDB\n", link.group,
                            with_commas(link.version), link.percent));
  }
  text.append(load_line(link.load));
  text.append(fmt::format(kRow, "", "captured", "applied", "echoes", "behind", "lag", "p50", "p99",
                          before == nullptr ? "" : "applied/s"));
  text.append(
      direction_row("forward", link.forward,
                    rate(link.forward, before == nullptr ? nullptr : &before->forward, ago)));
  text.append(
      direction_row("backward", link.backward,
                    rate(link.backward, before == nullptr ? nullptr : &before->backward, ago)));
  if (link.proving) text.append(proving_line(*link.proving));
  if (link.canary) text.append(canary_line(*link.canary));
  return text + kept_line(link);
}

}  // namespace

std::string to_text(const std::vector<LinkStatus>& links,
                    const std::optional<EarlierStatus>& earlier) {
  std::string text;
  for (const LinkStatus& link : links) {
    const LinkStatus* before = nullptr;
    if (earlier) {
      const auto found = std::ranges::find(earlier->links, link.name, &LinkStatus::name);
      if (found != earlier->links.end()) before = &*found;
    }
    if (!text.empty()) text.push_back('\n');
    text.append(link_text(link, before, earlier ? earlier->ago : Milliseconds(0)));
  }
  return text;
}

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t place = digits.size(); place > sign + 3; place -= 3) {
    digits.insert(place - 3, ",");
  }
  return digits;
}

std::string as_duration(double milliseconds) {
  if (milliseconds < 1000) return fmt::format("{:.0f} ms", milliseconds);
  if (milliseconds < 60'000) return fmt::format("{:.1f} s", milliseconds / 1000);
  const std::int64_t seconds = std::llround(milliseconds / 1000);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

std::string as_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace crossfade::sync
