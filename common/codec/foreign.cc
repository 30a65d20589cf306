#include "common/codec/foreign.h"

#include <charconv>
#include <cmath>

#include "common/codec/iso_date.h"
#include "common/codec/number_form.h"

namespace crossfade::codec {
namespace {

using Text = std::optional<std::string>;

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBinary = "binData:";
constexpr std::uint8_t kOldBinary = 2;
constexpr std::size_t kLength = 4;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += kHex[static_cast<unsigned char>(c) >> 4];
    text += kHex[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

bool put_object_id(std::string& out, std::string_view text) {
  if (text.size() != 24 || text.find_first_not_of(kHex) != text.npos) return false;
  for (std::size_t i = 0; i < text.size(); i += 2)
    out += static_cast<char>(kHex.find(text[i]) << 4 | kHex.find(text[i + 1]));
  return true;
}

std::string timestamp_text(std::uint64_t value) {
  return std::to_string(value >> 32) + ':' + std::to_string(value & 0xffffffff);
}

bool put_timestamp(std::string& out, std::string_view text) {
  std::uint32_t seconds = 0;
  std::uint32_t increment = 0;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const char* end = text.data() + text.size();
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return false;
  if (std::from_chars(first.ptr + 1, end, increment).ec != std::errc{}) return false;
  const auto value = static_cast<std::uint64_t>(seconds) << 32 | increment;
  if (timestamp_text(value) != text) return false;
  put(out, value);
  return true;
}

std::string regex_text(std::string_view payload) {
  const std::size_t pattern = payload.find('\0');
  std::string text = "/";
  text.append(payload, 0, pattern).append("/");
  return text.append(payload, pattern + 1, payload.size() - pattern - 2);
}

bool put_regex(std::string& out, std::string_view text) {
  const std::size_t last = text.rfind('/');
  if (!text.starts_with('/') || last == 0 || text.find('\0') != text.npos) return false;
  out.append(text, 1, last - 1).push_back('\0');
  out.append(text, last + 1).push_back('\0');
  return true;
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

bool put_real(std::string& out, std::string_view text) {
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
    return false;
  if (Number::from_double(value) || real_text(value) != text) return false;
  put(out, value);
  return true;
}

bool put_decimal(std::string& out, std::string_view text) {
  const auto bits = decimal_from_text(text);
  if (!bits || Number::from_decimal128(*bits) || decimal_text(*bits) != text) return false;
  put(out, bits->low);
  put(out, bits->high);
  return true;
}

Carried carry_date(std::int64_t ms, MappingOptions::Dates dates) {
  switch (dates) {
    case MappingOptions::Dates::epoch_ms:
      return {'N', std::to_string(ms), "date:ms"};
    case MappingOptions::Dates::epoch_s:
      return {'N', Number::parse(std::to_string(ms) + "e-3")->text(), "date:s"};
    case MappingOptions::Dates::iso:
      break;
  }
  return {'S', date_text(ms), "date"};
}

std::optional<BsonType> restore_number(std::string& out, std::string_view content,
                                       std::string_view hint) {
  const bool seconds = hint == "date:s";
  if (!seconds && hint != "date:ms") return std::nullopt;
  const auto number = Number::parse(std::string(content) + (seconds ? "e3" : ""));
  const auto ms = number ? number->to_int64() : std::nullopt;
  if (!ms) return std::nullopt;
  put(out, *ms);
  return BsonType::date;
}

/// `2` carries its length twice on the wire.
std::optional<Carried> carry_binary(const BsonValue& value) {
  std::string_view bytes = value.bytes();
  if (value.subtype() == kOldBinary) {
    std::int32_t inner = -1;
    if (bytes.size() >= kLength) std::memcpy(&inner, bytes.data(), kLength);
    if (static_cast<std::int64_t>(bytes.size()) != inner + static_cast<std::int64_t>(kLength))
      return std::nullopt;
    bytes.remove_prefix(kLength);
  }
  return Carried{'B', std::string(bytes), std::string(kBinary) + std::to_string(value.subtype())};
}

bool put_binary(std::string& out, std::string_view content, std::string_view hint) {
  const std::string_view digits = hint.substr(kBinary.size());
  std::uint8_t subtype = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), subtype);
  if (error != std::errc{} || end != digits.data() + digits.size() || subtype == 0) return false;
  const auto size = static_cast<std::int32_t>(content.size());
  const bool old = subtype == kOldBinary;
  put(out, old ? size + static_cast<std::int32_t>(kLength) : size);
  out.push_back(static_cast<char>(subtype));
  if (old) put(out, size);
  out.append(content);
  return true;
}

/// Bytes that are a value of that type and nothing more.
std::optional<BsonType> put_bytes(std::string& out, std::string_view content, BsonType type) {
  std::string document;
  const std::size_t begin = put_begin(document);
  put_element(document, type, "");
  document.append(content);
  put_end(document, begin);
  BsonReader reader(document);
  if (!is_sound(document) || !reader.next() || reader.value().payload != content)
    return std::nullopt;
  out.append(content);
  return type;
}

std::optional<BsonType> restore_binary(std::string& out, std::string_view content,
                                       std::string_view hint) {
  if (hint == "javascriptWithScope") return put_bytes(out, content, BsonType::code_with_scope);
  if (hint == "dbPointer") return put_bytes(out, content, BsonType::db_pointer);
  if (hint == "object") return put_bytes(out, content, BsonType::document);
  if (!hint.starts_with(kBinary) || !put_binary(out, content, hint)) return std::nullopt;
  return BsonType::binary;
}

std::optional<BsonType> when(bool fits, BsonType type) {
  return fits ? std::optional(type) : std::nullopt;
}

bool put_date(std::string& out, std::string_view text) {
  const auto ms = date_from_text(text);
  if (ms) put(out, *ms);
  return ms.has_value();
}

std::optional<BsonType> restore_text(std::string& out, std::string_view text,
                                     std::string_view hint) {
  if (hint == "objectId") return when(put_object_id(out, text), BsonType::object_id);
  if (hint == "date") return when(put_date(out, text), BsonType::date);
  if (hint == "timestamp") return when(put_timestamp(out, text), BsonType::timestamp);
  if (hint == "regex") return when(put_regex(out, text), BsonType::regex);
  if (hint == "double") return when(put_real(out, text), BsonType::real);
  if (hint == "decimal") return when(put_decimal(out, text), BsonType::decimal);
  if (hint == "minKey") return when(text == "MinKey", BsonType::min_key);
  if (hint == "maxKey") return when(text == "MaxKey", BsonType::max_key);
  if (hint == "undefined") return when(text == "undefined", BsonType::undefined);
  if (hint != "javascript" && hint != "symbol") return std::nullopt;
  put_text(out, text);
  return hint == "symbol" ? BsonType::symbol : BsonType::code;
}

}  // namespace

std::optional<Carried> carry(const BsonValue& value, MappingOptions::Dates dates) {
  switch (value.type) {
    case BsonType::object_id:
      return Carried{'S', hex(value.payload), "objectId"};
    case BsonType::date:
      return carry_date(value.fixed<std::int64_t>(), dates);
    case BsonType::timestamp:
      return Carried{'S', timestamp_text(value.fixed<std::uint64_t>()), "timestamp"};
    case BsonType::regex:
      return Carried{'S', regex_text(value.payload), "regex"};
    case BsonType::real:
      return Carried{'S', real_text(value.fixed<double>()), "double"};
    case BsonType::decimal:
      return Carried{'S', decimal_text(value.decimal()), "decimal"};
    case BsonType::min_key:
      return Carried{'S', "MinKey", "minKey"};
    case BsonType::max_key:
      return Carried{'S', "MaxKey", "maxKey"};
    case BsonType::undefined:
      return Carried{'S', "undefined", "undefined"};
    case BsonType::code:
      return Carried{'S', std::string(value.text()), "javascript"};
    case BsonType::symbol:
      return Carried{'S', std::string(value.text()), "symbol"};
    case BsonType::code_with_scope:
      return Carried{'B', std::string(value.payload), "javascriptWithScope"};
    case BsonType::db_pointer:
      return Carried{'B', std::string(value.payload), "dbPointer"};
    case BsonType::binary:
      return carry_binary(value);
    default:
      return std::nullopt;
  }
}

std::optional<BsonType> restore(std::string& out, char tag, std::string_view content,
                                std::string_view hint) {
  if (hint.empty()) return std::nullopt;
  if (tag == 'N') return restore_number(out, content, hint);
  if (tag == 'B') return restore_binary(out, content, hint);
  return restore_text(out, content, hint);
}

Carried carry_bytes(const BsonValue& document) {
  return {'B', std::string(document.payload), "object"};
}

}  // namespace crossfade::codec
