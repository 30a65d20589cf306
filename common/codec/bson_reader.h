#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/codec/bson_bytes.h"
#include "common/model/number.h"

namespace crossfade::codec {

/// One value as it lies in a document. Does not own the bytes. Each accessor is for the types that
/// it names.
struct BsonValue {
  BsonType type = BsonType::null;
  std::string_view payload;

  template <class T>
  T fixed() const {  ///< int32, int64, double, date, timestamp (increment in the low half)
    T value{};
    payload.copy(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  }
  Decimal128 decimal() const;
  bool boolean() const { return payload.front() != '\0'; }
  std::string_view text() const;  ///< string, code, symbol
  std::string_view bytes() const;
  std::uint8_t subtype() const { return static_cast<std::uint8_t>(payload[4]); }

  bool operator==(const BsonValue&) const = default;
};

/// Walks the elements of a document or an array, trusting no length in it.
class BsonReader {
 public:
  explicit BsonReader(std::string_view document);
  /// False at the end, and where the bytes are no BSON: see `corrupt`.
  bool next();
  bool corrupt() const { return corrupt_; }
  std::string_view name() const { return name_; }
  const BsonValue& value() const { return value_; }

 private:
  bool fail() {
    corrupt_ = true;
    return false;
  }

  std::string_view rest_;
  std::string_view name_;
  BsonValue value_;
  bool corrupt_ = false;
};

/// Whole documents with nothing amiss at any depth.
bool is_sound(std::string_view document);

}  // namespace crossfade::codec
