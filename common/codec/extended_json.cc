#include <bson/bson.h>

#include <memory>

#include "common/codec/document.h"

namespace crossfade::codec {
namespace {

struct FreeText {
  void operator()(char* text) const { bson_free(text); }
};

struct FreeDocument {
  void operator()(bson_t* document) const { bson_destroy(document); }
};

}  // namespace

std::string to_extended_json(std::string_view bson, bool canonical) {
  bson_t document;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(bson.data());
  if (!bson_init_static(&document, bytes, bson.size())) return {};
  std::size_t size = 0;
  const std::unique_ptr<char, FreeText> text(canonical
                                                 ? bson_as_canonical_extended_json(&document, &size)
                                                 : bson_as_relaxed_extended_json(&document, &size));
  return text ? std::string(text.get(), size) : std::string();
}

std::optional<std::string> from_extended_json(std::string_view json, std::string& error) {
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || json[first] != '{') {
    error = "A document in Extended JSON begins with '{'.";
    return std::nullopt;
  }
  bson_error_t why = {};
  const std::unique_ptr<bson_t, FreeDocument> document(bson_new_from_json(
      reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), &why));
  if (!document) {
    error = why.message;
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(bson_get_data(document.get())), document->len);
}

}  // namespace crossfade::codec
