#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/dynamo/request_body.h"

namespace crossfade::control {

/// An item, a key or the values of an expression in DynamoDB's JSON, attribute by attribute.
class AttributeWriter {
 public:
  explicit AttributeWriter(std::size_t expected_bytes = 256) : body_(expected_bytes) {}

  AttributeWriter& text(std::string_view name, std::string_view value);
  AttributeWriter& number(std::string_view name, std::int64_t value);
  std::string finish() { return std::move(body_).finish(); }

 private:
  dynamo::RequestBody body_;
};

std::string key_json(std::string_view pk, std::string_view sk);

/// The texts and numbers of an item as it came; attributes of other types are left out.
using Attributes = std::map<std::string, std::string, std::less<>>;

/// Of the item that is the member `Item` of an answer; nullopt when there is none.
Result<std::optional<Attributes>> item_of_answer(std::string_view answer);
Result<Attributes> attributes_of(std::string_view item_json);

/// Empty, or `otherwise`, when it is not there (or no whole number).
const std::string& text_in(const Attributes& item, std::string_view name);
std::int64_t number_in(const Attributes& item, std::string_view name, std::int64_t otherwise = 0);

}  // namespace crossfade::control
