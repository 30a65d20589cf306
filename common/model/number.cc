#include "common/model/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace crossfade {
namespace {

using Coefficient = Number::Coefficient;

constexpr int kMinMagnitude = -130;
constexpr int kMaxMagnitude = 125;
constexpr int kMaxPlainZeros = 6;
constexpr std::size_t kMostStoredBytes = 21;
constexpr int kDecimalBias = 6176;
constexpr int kCoefficientBits = 113;
constexpr std::int64_t kHugeExponent = 1'000'000;

constexpr std::array<Coefficient, Number::kMaxDigits + 1> powers_of_ten() {
  std::array<Coefficient, Number::kMaxDigits + 1> powers{};
  Coefficient power = 1;
  for (auto& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}

constexpr auto kPowers = powers_of_ten();

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the trailing zeros off and says how many there were.
int strip_zeros(Coefficient& value) {
  int zeros = 0;
  for (; value > std::numeric_limits<std::uint64_t>::max() && value % 10 == 0; ++zeros) value /= 10;
  if (value == 0 || value > std::numeric_limits<std::uint64_t>::max()) return zeros;
  auto small = static_cast<std::uint64_t>(value);
  for (; small % 10 == 0; ++zeros) small /= 10;
  value = small;
  return zeros;
}

int floor_half(int value) {
  return value >= 0 ? value / 2 : -((1 - value) / 2);
}

/// Takes the digits and the point of a number from the front of `text`.
class Digits {
 public:
  /// False: more than 38 digits count.
  bool take(std::string_view& text) {
    bool fits = true;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !point_))) {
      if (text.front() == '.')
        point_ = true;
      else
        fits = fits && digit(static_cast<unsigned>(text.front() - '0'));
      text.remove_prefix(1);
    }
    return fits && seen_ > 0;
  }
  Coefficient coefficient() const { return coefficient_; }
  std::int64_t exponent() const { return before_point_ - last_; }

 private:
  bool digit(unsigned value) {
    ++seen_;
    if (!point_) ++before_point_;
    if (value == 0) return true;
    const std::int64_t shift = coefficient_ == 0 ? 1 : seen_ - last_;
    if (coefficient_ != 0) kept_ += shift;
    if (kept_ > Number::kMaxDigits) return false;
    coefficient_ =
        coefficient_ * kPowers[static_cast<std::size_t>(coefficient_ == 0 ? 0 : shift)] + value;
    last_ = seen_;
    return true;
  }

  Coefficient coefficient_ = 0;
  std::int64_t seen_ = 0;
  std::int64_t before_point_ = 0;
  std::int64_t last_ = 0;  ///< how many digits were seen up to the last that is not zero
  std::int64_t kept_ = 1;
  bool point_ = false;
};

/// `e+5` and the like; nothing at all is exponent 0.
std::optional<std::int64_t> exponent_of(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), kHugeExponent);
  return negative ? -value : value;
}

}  // namespace

Number::Number(std::int64_t value) : negative_(value < 0) {
  coefficient_ =
      negative_ ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  exponent_ = strip_zeros(coefficient_);
}

std::optional<Number> Number::of(bool negative, Coefficient coefficient, std::int64_t exponent) {
  Number number;
  if (coefficient == 0) return number;
  exponent += strip_zeros(coefficient);
  if (exponent < -kHugeExponent || exponent > kHugeExponent) return std::nullopt;
  number.coefficient_ = coefficient;
  number.exponent_ = static_cast<std::int32_t>(exponent);
  number.negative_ = negative;
  const int magnitude = number.magnitude();
  if (magnitude < kMinMagnitude || magnitude > kMaxMagnitude) return std::nullopt;
  return number;
}

std::optional<Number> Number::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Digits digits;
  if (!digits.take(text)) return std::nullopt;
  const auto exponent = exponent_of(text);
  if (!exponent) return std::nullopt;
  return of(negative, digits.coefficient(), digits.exponent() + *exponent);
}

std::optional<Number> Number::from_double(double value) {
  std::array<char, 40> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  return parse({text.data(), end});
}

std::optional<Number> Number::from_decimal128(Decimal128 bits) {
  constexpr std::uint64_t kTwoTopBits = 3ULL << 61;
  constexpr std::uint64_t kHighCoefficient = (1ULL << (kCoefficientBits - 64)) - 1;
  const bool negative = bits.high >> 63 != 0;
  const std::uint64_t special = bits.high >> 58 & 0x1f;
  if (special >= 0x1e) return std::nullopt;
  if ((bits.high & kTwoTopBits) == kTwoTopBits) return Number();
  const Coefficient coefficient = Coefficient(bits.high & kHighCoefficient) << 64 | bits.low;
  if (coefficient >= kPowers[kMaxDecimal128Digits]) return Number();
  const auto exponent = static_cast<std::int64_t>(bits.high >> 49 & 0x3fff) - kDecimalBias;
  return of(negative, coefficient, exponent);
}

int Number::digits() const {
  const auto* end = std::upper_bound(kPowers.begin(), kPowers.end(), coefficient_);
  return std::max(1, static_cast<int>(end - kPowers.begin()));
}

std::string Number::digit_text() const {
  std::string text(static_cast<std::size_t>(digits()), '0');
  Coefficient rest = coefficient_;
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    *c = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  return text;
}

std::string Number::text() const {
  std::string text = digit_text();
  const int first = magnitude();
  if (exponent_ >= 0 && first < kMaxDigits) {
    text.append(static_cast<std::size_t>(exponent_), '0');
  } else if (exponent_ < 0 && first >= 0) {
    text.insert(static_cast<std::size_t>(first) + 1, 1, '.');
  } else if (exponent_ < 0 && first >= -kMaxPlainZeros) {
    text.insert(0, "0." + std::string(static_cast<std::size_t>(-first - 1), '0'));
  } else {
    if (text.size() > 1) text.insert(1, 1, '.');
    text += first < 0 ? "E" : "E+";
    text += std::to_string(first);
  }
  if (negative_) text.insert(0, 1, '-');
  return text;
}

std::optional<std::int64_t> Number::to_int64() const {
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (exponent_ < 0 || magnitude() > 18) return std::nullopt;
  const Coefficient value = coefficient_ * kPowers[static_cast<std::size_t>(exponent_)];
  if (value > kLimit + (negative_ ? 1 : 0)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(value);
  return static_cast<std::int64_t>(negative_ ? ~bits + 1 : bits);
}

double Number::to_double() const {
  const std::string decimal = text();
  double value = 0;
  std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  return value;
}

std::optional<Decimal128> Number::to_decimal128() const {
  if (digits() > kMaxDecimal128Digits) return std::nullopt;
  Decimal128 bits;
  bits.low = static_cast<std::uint64_t>(coefficient_);
  bits.high = static_cast<std::uint64_t>(coefficient_ >> 64);
  bits.high |= static_cast<std::uint64_t>(exponent_ + kDecimalBias) << 49;
  bits.high |= static_cast<std::uint64_t>(negative_) << 63;
  return bits;
}

std::size_t Number::stored_bytes() const {
  if (is_zero()) return 1;
  const int pairs = floor_half(magnitude()) - floor_half(exponent_) + 1;
  return std::min(static_cast<std::size_t>(pairs) + 1 + (negative_ ? 1 : 0), kMostStoredBytes);
}

std::strong_ordering Number::compare_magnitude(const Number& other) const {
  if (is_zero() || other.is_zero()) return other.is_zero() <=> is_zero();
  if (magnitude() != other.magnitude()) return magnitude() <=> other.magnitude();
  const int shift = exponent_ - other.exponent_;
  const Coefficient mine = coefficient_ * kPowers[static_cast<std::size_t>(std::max(shift, 0))];
  const Coefficient theirs =
      other.coefficient_ * kPowers[static_cast<std::size_t>(std::max(-shift, 0))];
  return mine < theirs   ? std::strong_ordering::less
         : mine > theirs ? std::strong_ordering::greater
                         : std::strong_ordering::equal;
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  if (negative_ != other.negative_) {
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return negative_ ? other.compare_magnitude(*this) : compare_magnitude(other);
}

}  // namespace crossfade
