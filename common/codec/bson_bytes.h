#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace crossfade::codec {

/// The one-byte tags of BSON elements (bsonspec.org, version 1.1).
enum class BsonType : std::uint8_t {
  real = 0x01,
  text = 0x02,
  document = 0x03,
  array = 0x04,
  binary = 0x05,
  undefined = 0x06,
  object_id = 0x07,
  boolean = 0x08,
  date = 0x09,
  null = 0x0a,
  regex = 0x0b,
  db_pointer = 0x0c,
  code = 0x0d,
  symbol = 0x0e,
  code_with_scope = 0x0f,
  int32 = 0x10,
  timestamp = 0x11,
  int64 = 0x12,
  decimal = 0x13,
  max_key = 0x7f,
  min_key = 0xff,
};

/// Raw BSON, appended to a string; little-endian as the format is.
static_assert(std::endian::native == std::endian::little);

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void put_element(std::string& out, BsonType type, std::string_view name) {
  out.push_back(static_cast<char>(type));
  out.append(name).push_back('\0');
}

/// The tag and the index name of an array's element.
inline void put_element(std::string& out, BsonType type, std::size_t index) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, index);
  put_element(out, type, {digits, end});
}

/// The payload of a string: length, bytes, NUL.
inline void put_text(std::string& out, std::string_view value) {
  put(out, static_cast<std::int32_t>(value.size() + 1));
  out.append(value).push_back('\0');
}

/// Opens a document or array; `put_end` with the same offset closes it.
inline std::size_t put_begin(std::string& out) {
  out.append(4, '\0');
  return out.size() - 4;
}

inline void put_end(std::string& out, std::size_t begin) {
  out.push_back('\0');
  const auto size = static_cast<std::int32_t>(out.size() - begin);
  std::memcpy(out.data() + begin, &size, sizeof size);
}

}  // namespace crossfade::codec
