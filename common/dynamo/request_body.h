#pragma once

#include <string>
#include <string_view>

#include "common/dynamo/types.h"

namespace crossfade::dynamo {

/// Writes the JSON object of a request, member by member, without a tree.
class RequestBody {
 public:
  explicit RequestBody(std::size_t expected_bytes = 256);

  RequestBody& text(std::string_view name, std::string_view value);
  RequestBody& number(std::string_view name, std::int64_t value);
  RequestBody& flag(std::string_view name, bool value);
  /// `json` as it is.
  RequestBody& raw(std::string_view name, std::string_view json);
  /// ConditionExpression with its names and values, asking for the item that stands in the way.
  RequestBody& condition(const Condition& condition);

  std::string finish() &&;

 private:
  void begin_member(std::string_view name);

  std::string text_ = "{";
};

/// `value` in quotes, escaped.
void append_json_text(std::string& out, std::string_view value);

}  // namespace crossfade::dynamo
