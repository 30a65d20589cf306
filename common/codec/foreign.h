#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/codec/bson_reader.h"
#include "common/codec/mapping.h"

namespace crossfade::codec {

/// A BSON value of a type that DynamoDB does not have, as it travels: a string, a number or a
/// binary, and the hint that makes it itself again (MongoDB's names of the types).
///
///   objectId   S 24 hex digits               regex                S /pattern/options
///   date       S ISO-8601 UTC, or            binData:<subtype>    B
///   date:ms    N milliseconds, date:s N s    symbol, javascript   S
///   timestamp  S seconds:increment           javascriptWithScope  B its BSON bytes
///   minKey, maxKey, undefined  S their name  dbPointer, object    B its BSON bytes
///   double, decimal            S NaN, Infinity, or the digits where the range is exceeded
struct Carried {
  char tag = 'S';  ///< S, N or B
  std::string content;
  std::string hint;
};

/// For every type but string, int32, int64, bool, null, array, document and binary 0. Nothing:
/// the bytes are no such value.
std::optional<Carried> carry(const BsonValue& value, MappingOptions::Dates dates);

/// Appends the payload of the value that travelled. Nothing, and nothing appended, when the hint
/// does not fit the content exactly.
std::optional<BsonType> restore(std::string& out, char tag, std::string_view content,
                                std::string_view hint);

/// A document whose order of fields must survive (`_id`): its bytes, hint `object`.
Carried carry_bytes(const BsonValue& document);

}  // namespace crossfade::codec
