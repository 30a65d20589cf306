#include "common/codec/names.h"

#include <algorithm>

namespace crossfade::codec {
namespace {

constexpr std::size_t kEscapeSize = 3;
constexpr std::string_view kId = "_id";
constexpr std::string_view kEncodedId = "%5Fid";
constexpr std::string_view kEncodedEncodedId = "%255Fid";

bool is_special(char c) {
  return c == '.' || c == '%' || c == '\0' || c == '$';
}

char meaning(std::string_view escape) {
  if (escape == "%2E") return '.';
  if (escape == "%24") return '$';
  return escape == "%25" ? '%' : '\0';
}

}  // namespace

bool Names::is_escape(std::string_view text) const {
  if (text.size() < kEscapeSize || text[0] != '%') return false;
  const std::string_view escape = text.substr(0, kEscapeSize);
  return escape == "%00" || (meaning(escape) != '\0' && !(raw_dots_ && escape == "%2E"));
}

std::optional<std::string> Names::encode(std::string_view attribute, bool top_level) const {
  if (top_level && attribute == kId) return std::string(kEncodedId);
  if (top_level && attribute == kEncodedId) return std::string(kEncodedEncodedId);
  if (std::none_of(attribute.begin(), attribute.end(), is_special)) return std::nullopt;
  std::string field;
  for (std::size_t i = 0; i < attribute.size(); ++i) {
    const char c = attribute[i];
    if (c == '.' && !raw_dots_)
      field += "%2E";
    else if (c == '$' && i == 0)
      field += "%24";
    else if (c == '\0')
      field += "%00";
    else if (is_escape(attribute.substr(i)))
      field += "%25";
    else
      field += c;
  }
  return field;
}

std::string Names::unescape(std::string_view field) const {
  std::string attribute;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (is_escape(field.substr(i))) {
      attribute += meaning(field.substr(i, kEscapeSize));
      i += kEscapeSize - 1;
    } else {
      attribute += field[i];
    }
  }
  return attribute;
}

Names::Decoded Names::decode(std::string_view field, bool top_level) const {
  if (std::none_of(field.begin(), field.end(), is_special)) return {Form::same, {}};
  if (top_level && field == kEncodedId) return {Form::decoded, std::string(kId)};
  std::string attribute = unescape(field);
  const auto again = encode(attribute, top_level);
  if (std::string_view(again ? *again : attribute) != field) return {Form::raw, {}};
  if (attribute == field) return {Form::same, {}};
  return {Form::decoded, std::move(attribute)};
}

}  // namespace crossfade::codec
