#include "common/dynamo/request_body.h"

#include <fmt/core.h>

#include <iterator>

namespace crossfade::dynamo {

RequestBody::RequestBody(std::size_t expected_bytes) {
  text_.reserve(expected_bytes);
}

RequestBody& RequestBody::text(std::string_view name, std::string_view value) {
  begin_member(name);
  append_json_text(text_, value);
  return *this;
}

RequestBody& RequestBody::number(std::string_view name, std::int64_t value) {
  begin_member(name);
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

RequestBody& RequestBody::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

RequestBody& RequestBody::raw(std::string_view name, std::string_view json) {
  begin_member(name);
  text_ += json;
  return *this;
}

RequestBody& RequestBody::condition(const Condition& condition) {
  if (!condition.expression.empty()) {
    text("ConditionExpression", condition.expression);
    text("ReturnValuesOnConditionCheckFailure", "ALL_OLD");
  }
  if (!condition.names_json.empty()) raw("ExpressionAttributeNames", condition.names_json);
  if (!condition.values_json.empty()) raw("ExpressionAttributeValues", condition.values_json);
  return *this;
}

std::string RequestBody::finish() && {
  text_ += '}';
  return std::move(text_);
}

void RequestBody::begin_member(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  append_json_text(text_, name);
  text_ += ':';
}

void append_json_text(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace crossfade::dynamo
