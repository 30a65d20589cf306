#include "sync/config_units.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace crossfade::sync {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 5> kDurations = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

constexpr std::array<Unit, 5> kBinarySizes = {
    {{"TiB", 1LL << 40}, {"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}, {"B", 1}}};

constexpr std::array<Unit, 4> kDecimalSizes = {
    {{"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}}};

struct Quantity {
  std::int64_t number = 0;
  std::string_view unit;
};

std::optional<Quantity> split(std::string_view text) {
  Quantity quantity;
  const auto [end, fault] =
      std::from_chars(text.data(), text.data() + text.size(), quantity.number);
  if (fault != std::errc{} || quantity.number < 0) return std::nullopt;
  quantity.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return quantity;
}

std::optional<std::int64_t> in_units(const Quantity& quantity, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (quantity.unit != unit.name) continue;
    if (quantity.number > std::numeric_limits<std::int64_t>::max() / unit.factor) break;
    return quantity.number * unit.factor;
  }
  return std::nullopt;
}

std::string in_largest_unit(std::int64_t number, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (number != 0 && number % unit.factor == 0) {
      return fmt::format("{}{}", number / unit.factor, unit.name);
    }
  }
  return fmt::format("{}{}", number, units.back().name);
}

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  const auto milliseconds = in_units(*quantity, kDurations);
  if (!milliseconds) return std::nullopt;
  return Milliseconds(*milliseconds);
}

std::string format_duration(Milliseconds duration) {
  return in_largest_unit(duration.count(), kDurations);
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  if (quantity->unit.empty()) return quantity->number;
  const auto binary = in_units(*quantity, kBinarySizes);
  return binary ? binary : in_units(*quantity, kDecimalSizes);
}

std::string format_size(std::int64_t bytes) {
  return in_largest_unit(bytes, kBinarySizes);
}

}  // namespace crossfade::sync
