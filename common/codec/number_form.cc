#include "common/codec/number_form.h"

#include <bson/bson.h>

#include <cmath>
#include <limits>

namespace crossfade::codec {
namespace {

constexpr std::string_view kNegativeZero = "double:-0";
constexpr std::string_view kDecimal = "decimal:";

BsonType put_decimal(std::string& out, Decimal128 bits) {
  put(out, bits.low);
  put(out, bits.high);
  return BsonType::decimal;
}

std::optional<double> exact_double(const Number& number) {
  const double value = number.to_double();
  if (Number::from_double(value) != number) return std::nullopt;
  return value;
}

std::optional<Decimal128> exact_decimal(const Number& number, std::string_view hint) {
  if (hint == "decimal") return number.to_decimal128();
  if (!hint.starts_with(kDecimal)) return std::nullopt;
  const auto bits = decimal_from_text(hint.substr(kDecimal.size()));
  if (!bits || Number::from_decimal128(*bits) != number) return std::nullopt;
  return bits;
}

bool fits_int32(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

ReadNumber read_integer(std::int64_t value) {
  return {Number(value), fits_int32(value) ? "long" : ""};
}

bool leads_back(const BsonValue& value, const Number& number, bool fractions_as_double) {
  std::string payload;
  return put_number(payload, number, fractions_as_double) == value.type && payload == value.payload;
}

std::string hint_for(const BsonValue& value, const Number& number) {
  if (value.type == BsonType::real) {
    const bool negative_zero = number.is_zero() && std::signbit(value.fixed<double>());
    return negative_zero ? std::string(kNegativeZero) : "double";
  }
  if (number.to_decimal128() == value.decimal()) return "decimal";
  return std::string(kDecimal) + decimal_text(value.decimal());
}

}  // namespace

BsonType put_number(std::string& out, const Number& number, bool fractions_as_double) {
  if (const auto integer = number.to_int64()) {
    if (!fits_int32(*integer)) {
      put(out, *integer);
      return BsonType::int64;
    }
    put(out, static_cast<std::int32_t>(*integer));
    return BsonType::int32;
  }
  const auto bits = number.to_decimal128();
  if (fractions_as_double && bits) {
    if (const auto value = exact_double(number)) {
      put(out, *value);
      return BsonType::real;
    }
  }
  if (bits) return put_decimal(out, *bits);
  put_text(out, number.text());
  return BsonType::text;
}

std::optional<BsonType> put_number_as(std::string& out, const Number& number,
                                      std::string_view hint) {
  if (hint == "long") {
    const auto value = number.to_int64();
    if (!value) return std::nullopt;
    put(out, *value);
    return BsonType::int64;
  }
  if (hint == kNegativeZero && number.is_zero()) {
    put(out, -0.0);
    return BsonType::real;
  }
  if (hint == "double") {
    const auto value = exact_double(number);
    if (!value) return std::nullopt;
    put(out, *value);
    return BsonType::real;
  }
  const auto bits = exact_decimal(number, hint);
  if (!bits) return std::nullopt;
  return put_decimal(out, *bits);
}

std::optional<ReadNumber> read_number(const BsonValue& value, bool fractions_as_double) {
  if (value.type == BsonType::int32) return ReadNumber{Number(value.fixed<std::int32_t>()), {}};
  if (value.type == BsonType::int64) return read_integer(value.fixed<std::int64_t>());
  const auto number = number_of(value);
  if (!number) return std::nullopt;
  if (leads_back(value, *number, fractions_as_double)) return ReadNumber{*number, {}};
  return ReadNumber{*number, hint_for(value, *number)};
}

std::optional<Number> number_of(const BsonValue& value) {
  switch (value.type) {
    case BsonType::int32:
      return Number(value.fixed<std::int32_t>());
    case BsonType::int64:
      return Number(value.fixed<std::int64_t>());
    case BsonType::real:
      return Number::from_double(value.fixed<double>());
    case BsonType::decimal:
      return Number::from_decimal128(value.decimal());
    default:
      return std::nullopt;
  }
}

std::optional<Number> number_of_long_text(std::string_view text) {
  const auto number = Number::parse(text);
  if (!number || number->digits() <= Number::kMaxDecimal128Digits || number->text() != text)
    return std::nullopt;
  return number;
}

std::string decimal_text(Decimal128 bits) {
  const bson_decimal128_t value{.low = bits.low, .high = bits.high};
  char text[BSON_DECIMAL128_STRING] = {};
  bson_decimal128_to_string(&value, text);
  return text;
}

std::optional<Decimal128> decimal_from_text(std::string_view text) {
  const std::string terminated(text);
  bson_decimal128_t value;
  if (!bson_decimal128_from_string(terminated.c_str(), &value)) return std::nullopt;
  return Decimal128{value.low, value.high};
}

}  // namespace crossfade::codec
