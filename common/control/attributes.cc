#include "common/control/attributes.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/dynamo/raw_json.h"

namespace crossfade::control {
namespace {

using nlohmann::json;

Error unreadable_answer() {
  return fail(Fault::transient, "An answer of DynamoDB about the control table cannot be read.");
}

}  // namespace

AttributeWriter& AttributeWriter::text(std::string_view name, std::string_view value) {
  dynamo::RequestBody typed(value.size() + value.size() / 4 + 16);
  typed.text("S", value);
  body_.raw(name, std::move(typed).finish());
  return *this;
}

AttributeWriter& AttributeWriter::number(std::string_view name, std::int64_t value) {
  dynamo::RequestBody typed;
  typed.text("N", std::to_string(value));
  body_.raw(name, std::move(typed).finish());
  return *this;
}

std::string key_json(std::string_view pk, std::string_view sk) {
  return AttributeWriter().text("pk", pk).text("sk", sk).finish();
}

Result<std::optional<Attributes>> item_of_answer(std::string_view answer) {
  const auto item = dynamo::raw_member(answer, "Item");
  if (!item) return std::optional<Attributes>();
  TRY(Attributes read, attributes_of(*item));
  return std::optional<Attributes>(std::move(read));
}

Result<Attributes> attributes_of(std::string_view item_json) {
  const json item = json::parse(item_json, nullptr, false);
  if (!item.is_object()) return unreadable_answer();
  Attributes out;
  for (const auto& [name, value] : item.items()) {
    for (const char* type : {"S", "N"}) {
      const auto found = value.find(type);
      if (found != value.end() && found->is_string()) out[name] = found->get<std::string>();
    }
  }
  return out;
}

const std::string& text_in(const Attributes& item, std::string_view name) {
  static const std::string kNone;
  const auto found = item.find(name);
  return found == item.end() ? kNone : found->second;
}

std::int64_t number_in(const Attributes& item, std::string_view name, std::int64_t otherwise) {
  const std::string& text = text_in(item, name);
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  return bad == std::errc() && end == text.data() + text.size() && !text.empty() ? number
                                                                                 : otherwise;
}

}  // namespace crossfade::control
