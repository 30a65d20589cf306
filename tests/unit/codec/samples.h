#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "common/codec/document.h"
#include "common/codec/mapping.h"

namespace crossfade::codec::testing {

inline MappingOptions hash_only() {
  MappingOptions options;
  options.key.hash = {"pk", KeyType::text};
  return options;
}

inline MappingOptions hash_and_sort() {
  MappingOptions options = hash_only();
  options.key.sort = KeyAttribute{"sk", KeyType::number};
  return options;
}

inline std::string bson_of(std::string_view extended_json) {
  std::string error;
  auto bson = from_extended_json(extended_json, error);
  EXPECT_TRUE(bson) << error << " in " << extended_json;
  return bson.value_or("");
}

/// Without the blanks that libbson puts in.
inline std::string shown(std::string_view bson) {
  return to_extended_json(bson, true);
}

/// The document of an item in canonical Extended JSON, or the reason why there is none.
inline std::string document_of(const MappingOptions& options, std::string_view item) {
  const auto document = Mapper(options).to_document(item);
  return document ? shown(document->bson) : document.error().message;
}

/// The item of a document, or the reason why there is none.
inline std::string item_of(const MappingOptions& options, std::string_view extended_json) {
  const auto item = Mapper(options).to_item(bson_of(extended_json));
  return item ? item->json : item.error().message;
}

/// A document as it comes back from its item.
inline std::string there_and_back(const MappingOptions& options, std::string_view extended_json) {
  const Mapper mapper(options);
  const auto item = mapper.to_item(bson_of(extended_json));
  if (!item) return item.error().message;
  const auto document = mapper.to_document(item->json);
  return document ? shown(document->bson) : document.error().message;
}

}  // namespace crossfade::codec::testing
