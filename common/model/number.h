#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crossfade {

/// The bits of an IEEE 754 decimal128 in its binary (BID) encoding, as BSON stores them.
struct Decimal128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const Decimal128&) const = default;
};

/// A DynamoDB number by value: at most 38 significant digits, zero or a magnitude of 1E-130 to
/// 9.99...E+125. `1`, `1.0`, `007e0` are one Number; there is no negative zero.
class Number {
 public:
  /// Digits without leading or trailing zeros; 10^38 fits.
  using Coefficient = unsigned __int128;

  static constexpr int kMaxDigits = 38;
  static constexpr int kMaxDecimal128Digits = 34;

  Number() = default;
  explicit Number(std::int64_t value);
  /// Any spelling that DynamoDB takes (`+5`, `.5`, `5.`, `007`, `1e3`); nothing else, and nothing
  /// that does not fit.
  static std::optional<Number> parse(std::string_view text);
  /// The shortest decimal that reads back as this double.
  static std::optional<Number> from_double(double value);
  static std::optional<Number> from_decimal128(Decimal128 bits);

  /// The one spelling of this value: plain digits, or `1.5E-10`, `1E+125` where they would be many
  /// zeros.
  std::string text() const;
  bool is_zero() const { return coefficient_ == 0; }
  bool is_integer() const { return exponent_ >= 0; }
  int digits() const;
  std::optional<std::int64_t> to_int64() const;
  /// The nearest double.
  double to_double() const;
  /// Without trailing zeros; nothing for more than 34 digits.
  std::optional<Decimal128> to_decimal128() const;
  /// What DynamoDB counts for it in the size of an item: one byte for each pair of digits, one
  /// more, and one for a minus sign, at most 21.
  std::size_t stored_bytes() const;

  bool operator==(const Number&) const = default;
  std::strong_ordering operator<=>(const Number& other) const;

 private:
  static std::optional<Number> of(bool negative, Coefficient coefficient, std::int64_t exponent);
  std::strong_ordering compare_magnitude(const Number& other) const;
  /// Power of ten of the first digit.
  int magnitude() const { return exponent_ + digits() - 1; }
  std::string digit_text() const;

  Coefficient coefficient_ = 0;
  std::int32_t exponent_ = 0;
  bool negative_ = false;
};

}  // namespace crossfade
