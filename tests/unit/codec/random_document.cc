#include "tests/unit/codec/random_document.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace crossfade::codec::testing {
namespace {

/// The last of all names, so that they may be appended.
constexpr const char* kTexts = "\U0010FFFD1";
constexpr const char* kNumbers = "\U0010FFFD2";

int size_of(const std::string& text) {
  return static_cast<int>(text.size());
}

}  // namespace

std::string RandomDocument::document(bool sort_key) {
  bson_t document = BSON_INITIALIZER;
  ids(&document, sort_key);
  fields(&document, {"_id", "pk", "sk", "_crossfade", kTexts, kNumbers}, 0);
  bson_t hints = BSON_INITIALIZER;
  sets(&document, &hints);
  if (bson_count_keys(&hints) > 0) {
    bson_t reserved;
    bson_append_document_begin(&document, "_crossfade", -1, &reserved);
    bson_append_document(&reserved, "t", -1, &hints);
    bson_append_document_end(&document, &reserved);
  }
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(&document)), document.len);
  bson_destroy(&hints);
  bson_destroy(&document);
  return bytes;
}

void RandomDocument::ids(bson_t* to, bool sort_key) {
  const std::string pk = "p" + dice_.text();
  const auto sk = static_cast<std::int32_t>(dice_.bits());
  const bool derived = dice_.one_in(2);
  if (derived && sort_key) {
    bson_t id;
    bson_append_document_begin(to, "_id", -1, &id);
    bson_append_utf8(&id, "pk", -1, pk.data(), size_of(pk));
    bson_append_int32(&id, "sk", -1, sk);
    bson_append_document_end(to, &id);
  } else if (derived) {
    bson_append_utf8(to, "_id", -1, pk.data(), size_of(pk));
  } else {
    value(to, "_id", 8);
  }
  if (derived && dice_.one_in(3)) return;
  bson_append_utf8(to, "pk", -1, pk.data(), size_of(pk));
  if (!sort_key) return;
  if (dice_.one_in(3))
    bson_append_double(to, "sk", -1, sk);
  else
    bson_append_int32(to, "sk", -1, sk);
}

/// Names in byte order, as the mapping leaves them.
void RandomDocument::fields(bson_t* to, const std::set<std::string>& taken, int depth) {
  static const std::set<std::string> kOrderedByMeaning = {"$ref", "$id", "$db"};
  std::set<std::string> names;
  const std::size_t count = depth == 0 ? left_ : dice_.below(std::min<std::size_t>(left_, 5) + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = dice_.name();
    if (!taken.contains(name) && !kOrderedByMeaning.contains(name)) names.insert(name);
  }
  for (const std::string& name : names) value(to, name, depth);
}

void RandomDocument::value(bson_t* to, const std::string& name, int depth) {
  if (left_ > 0) --left_;
  if (depth < 8 && dice_.one_in(4)) return container(to, name, depth);
  scalar(to, name);
}

void RandomDocument::container(bson_t* to, const std::string& name, int depth) {
  bson_t child;
  if (dice_.one_in(2)) {
    bson_append_document_begin(to, name.data(), size_of(name), &child);
    fields(&child, {}, depth + 1);
    bson_append_document_end(to, &child);
    return;
  }
  bson_append_array_begin(to, name.data(), size_of(name), &child);
  const bool all_real = dice_.one_in(3);
  for (std::size_t i = 0, count = dice_.below(5); i < count; ++i) {
    const std::string index = std::to_string(i);
    if (all_real)
      bson_append_double(&child, index.data(), size_of(index), real());
    else
      value(&child, index, depth + 1);
  }
  bson_append_array_end(to, &child);
}

void RandomDocument::scalar(bson_t* to, const std::string& name) {
  const std::size_t kind = dice_.below(4);
  if (kind == 0) return number(to, name);
  if (kind == 1) return text_like(to, name);
  if (kind == 2) return marker(to, name);
  const std::string text = dice_.text();
  bson_append_utf8(to, name.data(), size_of(name), text.data(), size_of(text));
}

void RandomDocument::number(bson_t* to, const std::string& name) {
  const auto value = static_cast<std::int64_t>(dice_.bits() >> dice_.below(64));
  switch (dice_.below(4)) {
    case 0:
      bson_append_int32(to, name.data(), size_of(name), static_cast<std::int32_t>(value));
      return;
    case 1:
      bson_append_int64(to, name.data(), size_of(name), dice_.one_in(2) ? -value : value);
      return;
    case 2:
      bson_append_double(to, name.data(), size_of(name), real());
      return;
    default: {
      const bson_decimal128_t bits = decimal();
      bson_append_decimal128(to, name.data(), size_of(name), &bits);
    }
  }
}

double RandomDocument::real() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double specials[] = {
      0.0,   -0.0,    1.0,   5e9,       0.1,        -2.5,
      1e300, -5e-324, 1e125, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()};
  if (dice_.one_in(2)) return specials[dice_.below(std::size(specials))];
  double value = 0;
  const std::uint64_t bits = dice_.bits();
  std::memcpy(&value, &bits, sizeof value);
  return std::isnan(value) ? 1.5 : value;
}

bson_decimal128_t RandomDocument::decimal() {
  bson_decimal128_t bits;
  const std::string specials[] = {"NaN", "Infinity", "-Infinity", "-0",    "0E+3",    "0E-6176",
                                  "1.0", "5",        "1.50",      "1E+37", "1E+6144", "1E-6176"};
  std::string text = specials[dice_.below(std::size(specials))];
  if (dice_.one_in(2))
    text = (dice_.one_in(2) ? "-" : "") + dice_.digits(1 + dice_.below(34)) + "E" +
           std::to_string(static_cast<int>(dice_.below(400)) - 200);
  bson_decimal128_from_string(text.c_str(), &bits);
  return bits;
}

void RandomDocument::text_like(bson_t* to, const std::string& name) {
  const std::string bytes = dice_.bytes();
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto size = static_cast<std::uint32_t>(bytes.size());
  switch (dice_.below(5)) {
    case 0: {
      constexpr int kSubtypes[] = {0, 0, 1, 2, 3, 4, 5, 0x80};
      bson_append_binary(to, name.data(), size_of(name),
                         static_cast<bson_subtype_t>(kSubtypes[dice_.below(8)]), data, size);
      return;
    }
    case 1:
      bson_append_regex(to, name.data(), size_of(name), "a/b$^[é]", dice_.one_in(2) ? "im" : "");
      return;
    case 2:
      bson_append_code(to, name.data(), size_of(name), "function() { return 1; }");
      return;
    case 3:
      bson_append_symbol(to, name.data(), size_of(name), "symbol/", -1);
      return;
    default: {
      bson_t scope = BSON_INITIALIZER;
      bson_append_int32(&scope, "z", -1, 1);
      bson_append_int32(&scope, "a", -1, 2);
      bson_append_code_with_scope(to, name.data(), size_of(name), "f(z)", &scope);
      bson_destroy(&scope);
    }
  }
}

void RandomDocument::marker(bson_t* to, const std::string& name) {
  bson_oid_t oid;
  for (std::uint8_t& byte : oid.bytes) byte = static_cast<std::uint8_t>(dice_.bits());
  const auto ms = static_cast<std::int64_t>(dice_.bits() >> dice_.below(64));
  switch (dice_.below(10)) {
    case 0:
      bson_append_bool(to, name.data(), size_of(name), dice_.one_in(2));
      return;
    case 1:
      bson_append_null(to, name.data(), size_of(name));
      return;
    case 2:
      bson_append_undefined(to, name.data(), size_of(name));
      return;
    case 3:
      bson_append_minkey(to, name.data(), size_of(name));
      return;
    case 4:
      bson_append_maxkey(to, name.data(), size_of(name));
      return;
    case 5:
      bson_append_oid(to, name.data(), size_of(name), &oid);
      return;
    case 6:
      bson_append_dbpointer(to, name.data(), size_of(name), "shop.orders", &oid);
      return;
    case 7:
      bson_append_timestamp(to, name.data(), size_of(name),
                            static_cast<std::uint32_t>(dice_.bits()),
                            static_cast<std::uint32_t>(dice_.bits()));
      return;
    default:
      bson_append_date_time(to, name.data(), size_of(name), dice_.one_in(3) ? -ms : ms);
  }
}

/// Arrays that the document's own hints call sets.
void RandomDocument::sets(bson_t* to, bson_t* hints) {
  if (dice_.one_in(3)) {
    bson_t array;
    bson_append_array_begin(to, kTexts, -1, &array);
    bson_append_utf8(&array, "0", -1, "a", -1);
    bson_append_utf8(&array, "1", -1, "b", -1);
    bson_append_array_end(to, &array);
    bson_append_utf8(hints, kTexts, -1, "SS", -1);
  }
  if (dice_.one_in(3)) {
    bson_t array;
    bson_append_array_begin(to, kNumbers, -1, &array);
    bson_append_double(&array, "0", -1, -1.5);
    bson_append_int32(&array, "1", -1, 2);
    bson_append_int64(&array, "2", -1, 5'000'000'000);
    bson_append_array_end(to, &array);
    bson_append_utf8(hints, kNumbers, -1, "NS", -1);
  }
}

}  // namespace crossfade::codec::testing
