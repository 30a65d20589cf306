#include <bson/bson.h>

#include <cmath>
#include <cstdlib>

#include "common/codec/document.h"
#include "common/model/number.h"

namespace crossfade::codec {
namespace {

bool open(bson_iter_t& it, std::string_view bson) {
  return bson_iter_init_from_data(&it, reinterpret_cast<const std::uint8_t*>(bson.data()),
                                  bson.size());
}

/// Leaves `it` on the value at the dotted path.
bool find(bson_iter_t& it, std::string_view bson, std::string_view path) {
  if (!open(it, bson)) return false;
  for (;;) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    if (!bson_iter_find_w_len(&it, name.data(), static_cast<int>(name.size()))) return false;
    if (dot == std::string_view::npos) return true;
    bson_iter_t child;
    if (!bson_iter_recurse(&it, &child)) return false;
    it = child;
    path.remove_prefix(dot + 1);
  }
}

std::string_view text_at(const bson_iter_t& it) {
  std::uint32_t size = 0;
  const char* bytes = bson_iter_utf8(&it, &size);
  return {bytes, size};
}

std::string_view document_at(const bson_iter_t& it) {
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  if (BSON_ITER_HOLDS_ARRAY(&it))
    bson_iter_array(&it, &size, &bytes);
  else
    bson_iter_document(&it, &size, &bytes);
  return {reinterpret_cast<const char*>(bytes), size};
}

std::optional<std::int64_t> whole(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  const bool fits = value >= -kLimit && value < kLimit && std::trunc(value) == value;
  return fits ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
}

std::optional<std::int64_t> whole(const bson_decimal128_t& value) {
  const auto number = Number::from_decimal128({value.low, value.high});
  return number ? number->to_int64() : std::nullopt;
}

bson_decimal128_t decimal_at(const bson_iter_t& it) {
  bson_decimal128_t value;
  bson_iter_decimal128(&it, &value);
  return value;
}

double nearest(bson_decimal128_t value) {
  char text[BSON_DECIMAL128_STRING] = {};
  bson_decimal128_to_string(&value, text);
  return std::strtod(text, nullptr);
}

}  // namespace

bool DocumentView::has(std::string_view path) const {
  bson_iter_t it;
  return find(it, bson_, path);
}

std::optional<std::string_view> DocumentView::text(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_UTF8(&it)) return std::nullopt;
  return text_at(it);
}

std::optional<std::int64_t> DocumentView::integer(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path)) return std::nullopt;
  switch (bson_iter_type(&it)) {
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      return bson_iter_as_int64(&it);
    case BSON_TYPE_DOUBLE:
      return whole(bson_iter_double(&it));
    case BSON_TYPE_DECIMAL128:
      return whole(decimal_at(it));
    default:
      return std::nullopt;
  }
}

std::optional<double> DocumentView::number(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path)) return std::nullopt;
  if (BSON_ITER_HOLDS_DECIMAL128(&it)) return nearest(decimal_at(it));
  const bool holds = BSON_ITER_HOLDS_NUMBER(&it);
  return holds ? std::optional(bson_iter_as_double(&it)) : std::nullopt;
}

std::optional<bool> DocumentView::boolean(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_BOOL(&it)) return std::nullopt;
  return bson_iter_bool(&it);
}

std::optional<std::int64_t> DocumentView::date_ms(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_DATE_TIME(&it)) return std::nullopt;
  return bson_iter_date_time(&it);
}

std::optional<std::string_view> DocumentView::binary(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_BINARY(&it)) return std::nullopt;
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_binary(&it, nullptr, &size, &bytes);
  return std::string_view(reinterpret_cast<const char*>(bytes), size);
}

std::optional<std::uint64_t> DocumentView::timestamp(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_TIMESTAMP(&it)) return std::nullopt;
  std::uint32_t seconds = 0;
  std::uint32_t increment = 0;
  bson_iter_timestamp(&it, &seconds, &increment);
  return static_cast<std::uint64_t>(seconds) << 32 | increment;
}

std::optional<std::string_view> DocumentView::document(std::string_view path) const {
  bson_iter_t it;
  if (!find(it, bson_, path)) return std::nullopt;
  const bool holds = BSON_ITER_HOLDS_DOCUMENT(&it) || BSON_ITER_HOLDS_ARRAY(&it);
  return holds ? std::optional(document_at(it)) : std::nullopt;
}

std::vector<std::string_view> DocumentView::documents(std::string_view path) const {
  std::vector<std::string_view> all;
  bson_iter_t it;
  bson_iter_t element;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_ARRAY(&it)) return all;
  if (!bson_iter_recurse(&it, &element)) return all;
  while (bson_iter_next(&element))
    if (BSON_ITER_HOLDS_DOCUMENT(&element)) all.push_back(document_at(element));
  return all;
}

std::vector<std::string> DocumentView::texts(std::string_view path) const {
  std::vector<std::string> all;
  bson_iter_t it;
  bson_iter_t element;
  if (!find(it, bson_, path) || !BSON_ITER_HOLDS_ARRAY(&it)) return all;
  if (!bson_iter_recurse(&it, &element)) return all;
  while (bson_iter_next(&element))
    if (BSON_ITER_HOLDS_UTF8(&element)) all.emplace_back(text_at(element));
  return all;
}

}  // namespace crossfade::codec
