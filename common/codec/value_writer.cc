#include "common/codec/value_writer.h"

#include <fmt/core.h>

#include "common/codec/base64.h"
#include "common/codec/foreign.h"
#include "common/codec/number_form.h"
#include "common/codec/sets.h"

namespace crossfade::codec {
namespace {

/// Bytes before a binary's content: its length and subtype.
constexpr std::size_t kBinaryHead = 5;

/// MongoDB takes no NUL in any name, and `_id` is not free.
bool may_stay_raw(std::string_view name, bool top_level) {
  return name.find('\0') == name.npos && !(top_level && name == "_id");
}

bool put_base64(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.append(kBinaryHead, '\0');
  if (!append_from_base64(out, text)) return false;
  const auto size = static_cast<std::int32_t>(out.size() - begin - kBinaryHead);
  std::memcpy(out.data() + begin, &size, sizeof size);
  return true;
}

}  // namespace

void ValueWriter::start() {
  bytes_.clear();
  slices_.drop(0);
  path_.clear();
  hints_.clear();
}

bool ValueWriter::refuse(std::string_view what) {
  reason_ = fmt::format("The value at \"{}\" {}.", path_.text(), what);
  return false;
}

bool ValueWriter::refuse_unicode() {
  return refuse("is not Unicode: it holds half of a surrogate pair or a wrong escape");
}

bool ValueWriter::refuse_number(std::string_view text) {
  return refuse(fmt::format("is no number that DynamoDB holds: {:.60}", text));
}

bool ValueWriter::value(ondemand::value json, Hints hints, BsonType& type) {
  Attribute attribute;
  if (!attribute.open(json)) return refuse_json();
  if (!body(attribute, hints, type)) return false;
  return attribute.close() || refuse("has two types");
}

bool ValueWriter::body(Attribute& attribute, Hints hints, BsonType& type) {
  switch (attribute.tag()) {
    case Tag::S:
    case Tag::N:
    case Tag::B: {
      std::string_view text;
      if (!source_.text(attribute.body(), text)) return refuse_text(attribute.body());
      return scalar(attribute.tag(), text, hints, type);
    }
    case Tag::BOOL:
    case Tag::NUL:
      return flag(attribute.body(), attribute.tag(), type);
    case Tag::L:
      type = BsonType::array;
      return list(attribute.body(), hints);
    case Tag::M:
      type = BsonType::document;
      return map(attribute, hints);
    default:
      type = BsonType::array;
      return set(attribute.body(), attribute.tag(), hints);
  }
}

bool ValueWriter::refuse_text(ondemand::value& json) {
  ondemand::json_type type;
  const bool text =
      json.type().get(type) == simdjson::SUCCESS && type == ondemand::json_type::string;
  return text ? refuse_unicode() : refuse_json();
}

bool ValueWriter::scalar(Tag tag, std::string_view text, Hints hints, BsonType& type) {
  if (tag == Tag::N) return number(text, hints, type);
  if (tag == Tag::B) return binary(text, hints, type);
  if (const auto restored = restore(bytes_, 'S', text, hints.own_type())) {
    type = *restored;
    return true;
  }
  put_text(bytes_, text);
  type = BsonType::text;
  if (hints.declared_type() == "N" && number_of_long_text(text)) hints_.add(path_, "S");
  return true;
}

bool ValueWriter::number(std::string_view text, Hints hints, BsonType& type) {
  const auto number = Number::parse(text);
  if (!number) return refuse_number(text);
  if (!hints.own_type().empty()) {
    auto restored = put_number_as(bytes_, *number, hints.own_type());
    if (!restored) restored = restore(bytes_, 'N', number->text(), hints.own_type());
    type = restored.value_or(type);
    if (restored) return true;
  }
  type = put_number(bytes_, *number, rules_.options.fractions_as_double);
  if (type == BsonType::text && hints.declared_type() != "N") hints_.add(path_, "N");
  return true;
}

bool ValueWriter::binary(std::string_view text, Hints hints, BsonType& type) {
  type = BsonType::binary;
  if (hints.own_type().empty()) return put_base64(bytes_, text) || refuse("is not base64");
  std::string content;
  if (!append_from_base64(content, text)) return refuse("is not base64");
  if (const auto restored = restore(bytes_, 'B', content, hints.own_type())) {
    type = *restored;
    return true;
  }
  return put_base64(bytes_, text);
}

bool ValueWriter::flag(ondemand::value& json, Tag tag, BsonType& type) {
  bool on = false;
  if (json.get_bool().get(on) != simdjson::SUCCESS) return refuse_json();
  if (tag == Tag::NUL) {
    type = BsonType::null;
    return on || refuse("is NULL without being true");
  }
  type = BsonType::boolean;
  bytes_.push_back(on ? '\1' : '\0');
  return true;
}

bool ValueWriter::list(ondemand::value& json, Hints hints) {
  ondemand::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) return refuse_json();
  if (path_.depth() > kDeepestContainer) return refuse("is nested deeper than 32 levels");
  const std::size_t begin = put_begin(bytes_);
  const std::size_t mark = hints_.mark();
  std::size_t count = 0;
  if (!elements(array, hints, count)) return false;
  put_end(bytes_, begin);
  if (hints_.mark() != mark) hints_.collapse(mark, path_, count);
  if (hints.declared) hint_for_list(begin, hints);
  return true;
}

bool ValueWriter::elements(ondemand::array& array, Hints hints, std::size_t& count) {
  for (auto entry : array) {
    ondemand::value element;
    if (std::move(entry).get(element) != simdjson::SUCCESS) return refuse_json();
    const std::size_t type_at = bytes_.size();
    BsonType type = BsonType::null;
    put_element(bytes_, type, count);
    path_.enter(count);
    if (!value(element, hints.at(count), type)) return false;
    path_.leave();
    bytes_[type_at] = static_cast<char>(type);
    ++count;
  }
  return true;
}

/// A list where a set is declared and would be read.
void ValueWriter::hint_for_list(std::size_t begin, Hints hints) {
  SetMembers members;
  const BsonValue array{BsonType::array, std::string_view(bytes_).substr(begin)};
  if (read_set(array, hints.declared_type(), false, members)) hints_.add(path_, "L");
}

bool ValueWriter::map(Attribute& attribute, Hints hints) {
  if (path_.depth() > kDeepestContainer) return refuse("is nested deeper than 32 levels");
  const std::size_t begin = put_begin(bytes_);
  const std::size_t mark = slices_.mark();
  if (attribute.has_body()) {
    ondemand::object members;
    if (attribute.body().get_object().get(members) != simdjson::SUCCESS) return refuse_json();
    if (!fields(members, hints)) return false;
  }
  if (!slices_.settle(bytes_, begin + sizeof(std::int32_t), mark))
    return refuse("has two members of one name");
  put_end(bytes_, begin);
  return true;
}

bool ValueWriter::fields(ondemand::object& members, Hints hints) {
  for (auto entry : members) {
    ondemand::field member;
    std::string_view name;
    if (std::move(entry).get(member) != simdjson::SUCCESS) return refuse_json();
    if (!source_.name(member, name)) return refuse("has a member whose name is not Unicode");
    if (!field(name, member.value(), hints.at(name))) return false;
  }
  return true;
}

bool ValueWriter::field(std::string_view attribute, ondemand::value json, Hints hints,
                        std::uint32_t rank) {
  Slices::Field slice = begin_field(attribute, hints, rank);
  BsonType type = BsonType::null;
  return value(json, hints, type) && end_field(slice, type);
}

bool ValueWriter::scalar_field(std::string_view attribute, Tag tag, std::string_view text,
                               Hints hints, std::uint32_t rank) {
  Slices::Field slice = begin_field(attribute, hints, rank);
  BsonType type = BsonType::null;
  return scalar(tag, text, hints, type) && end_field(slice, type);
}

Slices::Field ValueWriter::begin_field(std::string_view attribute, Hints hints,
                                       std::uint32_t rank) {
  const auto begin = static_cast<std::uint32_t>(bytes_.size());
  const bool top_level = path_.depth() == 0;
  path_.enter(attribute);
  const auto encoded = hints.raw_name() && may_stay_raw(attribute, top_level)
                           ? std::nullopt
                           : rules_.names.encode(attribute, top_level);
  const std::string_view name = encoded ? std::string_view(*encoded) : attribute;
  put_element(bytes_, BsonType::null, name);
  return {begin, begin, static_cast<std::uint32_t>(name.size()), rank};
}

bool ValueWriter::end_field(Slices::Field slice, BsonType type) {
  if (slice.name_size == 0) return refuse("has an empty name");
  bytes_[slice.begin] = static_cast<char>(type);
  slice.end = static_cast<std::uint32_t>(bytes_.size());
  slices_.add(slice);
  path_.leave();
  return true;
}

bool ValueWriter::key_part(Tag tag, std::string_view text, KeyPart& part) {
  part.payload.clear();
  if (tag == Tag::S) {
    put_text(part.payload, text);
    part.type = BsonType::text;
    return true;
  }
  if (tag == Tag::B) {
    part.type = BsonType::binary;
    return put_base64(part.payload, text) || refuse("is not base64");
  }
  const auto number = Number::parse(text);
  if (!number) return refuse_number(text);
  part.type = put_number(part.payload, *number, rules_.options.fractions_as_double);
  return true;
}

}  // namespace crossfade::codec
