#include <bson/bson.h>

#include <bit>
#include <cstring>

#include "common/codec/document.h"

namespace crossfade::codec {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::string_view kEmpty("\x05\0\0\0\0", 5);

template <class T>
void append(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& out, std::string_view value) {
  append(out, static_cast<std::int32_t>(value.size() + 1));
  out.append(value).push_back('\0');
}

std::string_view body_of(std::string_view bson) {
  if (bson.size() < kEmpty.size()) return {};
  return bson.substr(kLengthBytes, bson.size() - kEmpty.size());
}

}  // namespace

DocumentBuilder::DocumentBuilder() : out_(kLengthBytes, '\0') {}

void DocumentBuilder::element(char type, std::string_view name) {
  out_.push_back(type);
  out_.append(name.substr(0, name.find('\0'))).push_back('\0');
}

DocumentBuilder& DocumentBuilder::text(std::string_view name, std::string_view value) {
  element(BSON_TYPE_UTF8, name);
  append_text(out_, value);
  return *this;
}

DocumentBuilder& DocumentBuilder::int32(std::string_view name, std::int32_t value) {
  element(BSON_TYPE_INT32, name);
  append(out_, value);
  return *this;
}

DocumentBuilder& DocumentBuilder::int64(std::string_view name, std::int64_t value) {
  element(BSON_TYPE_INT64, name);
  append(out_, value);
  return *this;
}

DocumentBuilder& DocumentBuilder::number(std::string_view name, double value) {
  element(BSON_TYPE_DOUBLE, name);
  append(out_, value);
  return *this;
}

DocumentBuilder& DocumentBuilder::boolean(std::string_view name, bool value) {
  element(BSON_TYPE_BOOL, name);
  out_.push_back(value ? '\1' : '\0');
  return *this;
}

DocumentBuilder& DocumentBuilder::null(std::string_view name) {
  element(BSON_TYPE_NULL, name);
  return *this;
}

DocumentBuilder& DocumentBuilder::date(std::string_view name, std::int64_t ms_since_epoch) {
  element(BSON_TYPE_DATE_TIME, name);
  append(out_, ms_since_epoch);
  return *this;
}

DocumentBuilder& DocumentBuilder::timestamp(std::string_view name, std::uint32_t seconds,
                                            std::uint32_t increment) {
  element(BSON_TYPE_TIMESTAMP, name);
  append(out_, increment);
  append(out_, seconds);
  return *this;
}

DocumentBuilder& DocumentBuilder::binary(std::string_view name, std::string_view bytes,
                                         std::uint8_t subtype) {
  element(BSON_TYPE_BINARY, name);
  append(out_, static_cast<std::int32_t>(bytes.size()));
  out_.push_back(static_cast<char>(subtype));
  out_.append(bytes);
  return *this;
}

DocumentBuilder& DocumentBuilder::document(std::string_view name, std::string_view bson) {
  element(BSON_TYPE_DOCUMENT, name);
  out_.append(bson.size() < kEmpty.size() ? kEmpty : bson);
  return *this;
}

DocumentBuilder& DocumentBuilder::array(std::string_view name,
                                        const std::vector<std::string>& documents) {
  DocumentBuilder elements;
  for (std::size_t i = 0; i < documents.size(); ++i)
    elements.document(std::to_string(i), documents[i]);
  element(BSON_TYPE_ARRAY, name);
  out_.append(std::move(elements).finish());
  return *this;
}

DocumentBuilder& DocumentBuilder::text_array(std::string_view name,
                                             const std::vector<std::string>& values) {
  DocumentBuilder elements;
  for (std::size_t i = 0; i < values.size(); ++i) elements.text(std::to_string(i), values[i]);
  element(BSON_TYPE_ARRAY, name);
  out_.append(std::move(elements).finish());
  return *this;
}

DocumentBuilder& DocumentBuilder::fields(std::string_view bson) {
  out_.append(body_of(bson));
  return *this;
}

DocumentBuilder& DocumentBuilder::copy(std::string_view name, std::string_view bson,
                                       std::string_view from) {
  bson_iter_t it;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(bson.data());
  if (!bson_iter_init_from_data(&it, bytes, bson.size())) return *this;
  if (!bson_iter_find_w_len(&it, from.data(), static_cast<int>(from.size()))) return *this;
  element(static_cast<char>(bson_iter_type(&it)), name);
  const std::size_t begin = bson_iter_offset(&it) + 1 + bson_iter_key_len(&it) + 1;
  out_.append(bson.substr(begin, it.next_off - begin));
  return *this;
}

DocumentBuilder& DocumentBuilder::fields_except(std::string_view bson, std::string_view name) {
  bson_iter_t it;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(bson.data());
  if (!bson_iter_init_from_data(&it, bytes, bson.size())) return *this;
  while (bson_iter_next(&it)) {
    if (std::string_view(bson_iter_key(&it), bson_iter_key_len(&it)) == name) continue;
    const std::size_t begin = bson_iter_offset(&it);
    out_.append(bson.substr(begin, it.next_off - begin));
  }
  return *this;
}

std::string DocumentBuilder::finish() {
  out_.push_back('\0');
  const auto size = static_cast<std::int32_t>(out_.size());
  std::memcpy(out_.data(), &size, sizeof size);
  return std::move(out_);
}

}  // namespace crossfade::codec
