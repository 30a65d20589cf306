#include "common/codec/reserved.h"

#include <fmt/core.h>

#include <charconv>

#include "common/codec/bson_reader.h"
#include "common/codec/json_text.h"
#include "common/codec/rules.h"
#include "common/model/number.h"

namespace crossfade::codec {
namespace {

using Tag = Attribute::Tag;

constexpr std::size_t kContainer = 3;
constexpr std::size_t kHashDigits = 16;

/// Calls `visit(name, value)` for each member of an M value; false as soon as it says so.
template <class Visit>
bool for_each_member(JsonSource& source, ondemand::value value, Visit visit) {
  Attribute attribute;
  if (!attribute.open(value) || attribute.tag() != Tag::M) return false;
  if (!attribute.has_body()) return true;
  ondemand::object members;
  if (attribute.body().get_object().get(members) != simdjson::SUCCESS) return false;
  for (auto entry : members) {
    ondemand::field field;
    std::string_view name;
    if (std::move(entry).get(field) != simdjson::SUCCESS || !source.name(field, name)) return false;
    if (!visit(name, field.value())) return false;
  }
  return attribute.close();
}

bool integer(JsonSource& source, ondemand::value value, std::int64_t& result) {
  std::string_view text;
  if (!source.scalar(value, Tag::N, text)) return false;
  const auto number = Number::parse(text);
  const auto integral = number ? number->to_int64() : std::nullopt;
  result = integral.value_or(0);
  return integral.has_value();
}

bool hash(JsonSource& source, ondemand::value value, std::uint64_t& result) {
  std::string_view text;
  if (!source.scalar(value, Tag::S, text) || text.size() != kHashDigits) return false;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, result, 16);
  return parsed.ec == std::errc{} && parsed.ptr == end;
}

bool flag(ondemand::value value, bool& result) {
  Attribute attribute;
  return attribute.open(value) && attribute.has_body() && attribute.tag() == Tag::BOOL &&
         attribute.body().get_bool().get(result) == simdjson::SUCCESS && attribute.close();
}

bool link(JsonSource& source, ondemand::value value, std::string& result) {
  std::string_view text;
  if (!source.scalar(value, Tag::S, text)) return false;
  result = text;
  return true;
}

bool read_members(JsonSource& source, ondemand::value value, WriteToken& token) {
  int found = 0;
  const auto visit = [&](std::string_view name, ondemand::value member) {
    ++found;
    if (name == "l") return link(source, member, token.link);
    if (name == "e") return integer(source, member, token.epoch);
    if (name == "p") return integer(source, member, token.position);
    if (name == "h") return hash(source, member, token.key_hash);
    if (name == "at") return integer(source, member, token.issued_ms);
    --found;
    return name == "del" && flag(member, token.remove);
  };
  return for_each_member(source, value, visit) && found == 5;
}

bool read_types(JsonSource& source, ondemand::value value, HintTree& hints) {
  return for_each_member(source, value, [&](std::string_view path, ondemand::value member) {
    std::string_view type;
    if (!source.scalar(member, Tag::S, type)) return false;
    hints.add(path, type);
    return true;
  });
}

bool read_raw_names(JsonSource& source, ondemand::value value, HintTree& hints) {
  Attribute attribute;
  ondemand::array paths;
  if (!attribute.open(value) || !attribute.has_body() || attribute.tag() != Tag::L) return false;
  if (attribute.body().get_array().get(paths) != simdjson::SUCCESS) return false;
  for (auto entry : paths) {
    ondemand::value element;
    std::string_view path;
    if (std::move(entry).get(element) != simdjson::SUCCESS) return false;
    if (!source.scalar(element, Tag::S, path)) return false;
    hints.add_raw_name(path);
  }
  return attribute.close();
}

std::size_t integer_bytes(std::int64_t value) {
  return Number(value).stored_bytes();
}

}  // namespace

bool read_reserved(JsonSource& source, ondemand::value value, Reserved& reserved) {
  return for_each_member(source, value, [&](std::string_view name, ondemand::value item) {
    if (name == member::kToken) return read_members(source, item, reserved.token.emplace());
    if (name == member::kTypes) return read_types(source, item, reserved.hints);
    if (name == member::kRawNames) return read_raw_names(source, item, reserved.hints);
    reserved.has_id = reserved.has_id || name == member::kForeignId;
    return name == member::kForeignId;
  });
}

std::optional<WriteToken> read_token(JsonSource& source, ondemand::value value) {
  std::optional<WriteToken> token;
  for_each_member(source, value, [&](std::string_view name, ondemand::value item) {
    if (name == member::kToken && !read_members(source, item, token.emplace())) token.reset();
    return true;
  });
  return token;
}

bool read_reserved_field(std::string_view document, HintTree& hints) {
  BsonReader members(document);
  while (members.next()) {
    if (members.name() != member::kTypes || members.value().type != BsonType::document)
      return false;
    BsonReader types(members.value().payload);
    while (types.next()) {
      if (types.value().type != BsonType::text) return false;
      hints.add(types.name(), types.value().text());
    }
    if (types.corrupt()) return false;
  }
  return !members.corrupt();
}

std::string token_json(const WriteToken& token) {
  std::string out = R"({"M":{"l":{"S":)";
  append_json_text(out, token.link);
  out +=
      fmt::format(R"(}},"e":{{"N":"{}"}},"p":{{"N":"{}"}},"h":{{"S":"{:016x}"}},"at":{{"N":"{}"}})",
                  token.epoch, token.position, token.key_hash, token.issued_ms);
  if (token.remove) out += R"(,"del":{"BOOL":true})";
  return out + "}}";
}

std::size_t token_bytes(const WriteToken& token) {
  constexpr std::size_t kNames = std::string_view("lepaht").size();
  constexpr std::size_t kMembers = 5;
  std::size_t bytes = kContainer + kNames + kMembers + token.link.size() + kHashDigits;
  bytes += integer_bytes(token.epoch) + integer_bytes(token.position);
  bytes += integer_bytes(token.issued_ms);
  return token.remove ? bytes + std::string_view("del").size() + 2 : bytes;
}

}  // namespace crossfade::codec
