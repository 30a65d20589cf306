#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/codec/bson_reader.h"
#include "common/model/number.h"

namespace crossfade::codec {

/// Appends the payload that the mapping gives a number and returns its type: int32, int64,
/// decimal128 (double when `fractions_as_double` and nothing is lost), or for 35 to 38 digits a
/// string.
BsonType put_number(std::string& out, const Number& number, bool fractions_as_double);

/// The same number as the BSON type that a hint names: `long`, `double`, `double:-0`, `decimal`,
/// `decimal:1.50`. Nothing, and nothing appended, when the number has no such form.
std::optional<BsonType> put_number_as(std::string& out, const Number& number,
                                      std::string_view hint);

/// A BSON number as a DynamoDB number. `hint` is empty when put_number() leads back to the same
/// bytes.
struct ReadNumber {
  Number number;
  std::string hint;
};

/// Nothing for NaN, infinities and what is out of DynamoDB's range.
std::optional<ReadNumber> read_number(const BsonValue& value, bool fractions_as_double);

/// The number without any hint; nothing also for values that are no numbers.
std::optional<Number> number_of(const BsonValue& value);

/// A string that put_number() wrote: 35 to 38 digits in their one spelling.
std::optional<Number> number_of_long_text(std::string_view text);

/// `1.50`, `1E+200`, `-Infinity`, `NaN`.
std::string decimal_text(Decimal128 bits);
std::optional<Decimal128> decimal_from_text(std::string_view text);

}  // namespace crossfade::codec
