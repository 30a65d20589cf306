#include "common/codec/bson_reader.h"

#include <optional>

namespace crossfade::codec {
namespace {

constexpr std::size_t kLength = 4;
constexpr std::size_t kSmallestDocument = 5;
constexpr std::size_t kObjectId = 12;
constexpr int kMaxDepth = 200;

using Size = std::optional<std::size_t>;

std::int32_t length_at(std::string_view bytes) {
  std::int32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}

Size text_size(std::string_view bytes) {
  if (bytes.size() < kLength) return std::nullopt;
  const std::int32_t length = length_at(bytes);
  if (length < 1 || static_cast<std::size_t>(length) > bytes.size() - kLength) return std::nullopt;
  const std::size_t size = kLength + static_cast<std::size_t>(length);
  return bytes[size - 1] == '\0' ? Size(size) : std::nullopt;
}

Size document_size(std::string_view bytes) {
  if (bytes.size() < kSmallestDocument) return std::nullopt;
  const std::int32_t length = length_at(bytes);
  if (length < static_cast<std::int32_t>(kSmallestDocument)) return std::nullopt;
  const auto size = static_cast<std::size_t>(length);
  return size <= bytes.size() && bytes[size - 1] == '\0' ? Size(size) : std::nullopt;
}

Size binary_size(std::string_view bytes) {
  if (bytes.size() < kLength + 1) return std::nullopt;
  const std::int32_t length = length_at(bytes);
  if (length < 0 || static_cast<std::size_t>(length) > bytes.size() - kLength - 1)
    return std::nullopt;
  return kLength + 1 + static_cast<std::size_t>(length);
}

Size regex_size(std::string_view bytes) {
  const std::size_t pattern = bytes.find('\0');
  if (pattern == bytes.npos) return std::nullopt;
  const std::size_t options = bytes.find('\0', pattern + 1);
  return options == bytes.npos ? std::nullopt : Size(options + 1);
}

Size code_with_scope_size(std::string_view bytes) {
  if (bytes.size() < kLength) return std::nullopt;
  const std::int32_t length = length_at(bytes);
  if (length < 0 || static_cast<std::size_t>(length) > bytes.size()) return std::nullopt;
  const auto size = static_cast<std::size_t>(length);
  if (size < kLength) return std::nullopt;
  const Size code = text_size(bytes.substr(kLength, size - kLength));
  if (!code) return std::nullopt;
  const Size scope = document_size(bytes.substr(kLength + *code, size - kLength - *code));
  return scope && kLength + *code + *scope == size ? Size(size) : std::nullopt;
}

Size payload_size(BsonType type, std::string_view bytes) {
  switch (type) {
    case BsonType::undefined:
    case BsonType::null:
    case BsonType::min_key:
    case BsonType::max_key:
      return 0;
    case BsonType::boolean:
      return 1;
    case BsonType::int32:
      return sizeof(std::int32_t);
    case BsonType::real:
    case BsonType::date:
    case BsonType::timestamp:
    case BsonType::int64:
      return sizeof(std::int64_t);
    case BsonType::decimal:
      return sizeof(Decimal128);
    case BsonType::object_id:
      return kObjectId;
    case BsonType::text:
    case BsonType::code:
    case BsonType::symbol:
      return text_size(bytes);
    case BsonType::document:
    case BsonType::array:
      return document_size(bytes);
    case BsonType::binary:
      return binary_size(bytes);
    case BsonType::regex:
      return regex_size(bytes);
    case BsonType::db_pointer:
      if (const Size text = text_size(bytes)) return *text + kObjectId;
      return std::nullopt;
    case BsonType::code_with_scope:
      return code_with_scope_size(bytes);
  }
  return std::nullopt;
}

bool is_sound(std::string_view document, int depth) {
  BsonReader reader(document);
  while (reader.next()) {
    const BsonValue& value = reader.value();
    if (value.type != BsonType::document && value.type != BsonType::array) continue;
    if (depth >= kMaxDepth || !is_sound(value.payload, depth + 1)) return false;
  }
  return !reader.corrupt();
}

}  // namespace

Decimal128 BsonValue::decimal() const {
  Decimal128 bits;
  std::memcpy(&bits.low, payload.data(), sizeof bits.low);
  std::memcpy(&bits.high, payload.data() + sizeof bits.low, sizeof bits.high);
  return bits;
}

std::string_view BsonValue::text() const {
  return payload.substr(kLength, payload.size() - kLength - 1);
}

std::string_view BsonValue::bytes() const {
  return payload.substr(kLength + 1);
}

BsonReader::BsonReader(std::string_view document) {
  if (document_size(document) != document.size()) {
    corrupt_ = true;
    return;
  }
  rest_ = document.substr(kLength, document.size() - kSmallestDocument);
}

bool BsonReader::next() {
  if (corrupt_ || rest_.empty()) return false;
  const auto type = static_cast<BsonType>(rest_.front());
  rest_.remove_prefix(1);
  const std::size_t end = rest_.find('\0');
  if (end == rest_.npos) return fail();
  name_ = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  const Size size = payload_size(type, rest_);
  if (!size || *size > rest_.size()) return fail();
  value_ = {type, rest_.substr(0, *size)};
  rest_.remove_prefix(*size);
  return true;
}

bool is_sound(std::string_view document) {
  return is_sound(document, 0);
}

}  // namespace crossfade::codec
