#include "common/codec/item_values.h"

#include <fmt/core.h>

#include "common/codec/base64.h"
#include "common/codec/json_text.h"

namespace crossfade::codec {
namespace {

constexpr std::size_t kContainer = 3;

bool is_set(std::string_view type) {
  return type == "SS" || type == "NS" || type == "BS";
}

}  // namespace

void ItemValues::start() {
  json_.clear();
  size_ = 0;
  path_.clear();
  hints_.clear();
  names_.clear();
  decoded_.clear();
}

bool ItemValues::refuse(std::string_view what) {
  reason_ = path_.depth() == 0 ? fmt::format("The document {}.", what)
                               : fmt::format("The value at \"{}\" {}.", path_.text(), what);
  return false;
}

bool ItemValues::value(const BsonValue& value, Hints hints) {
  switch (value.type) {
    case BsonType::text:
      return text(value, hints);
    case BsonType::document:
      return map(value.payload, hints);
    case BsonType::array:
      return array(value, hints);
    case BsonType::boolean:
      json_ += value.boolean() ? R"({"BOOL":true})" : R"({"BOOL":false})";
      ++size_;
      return true;
    case BsonType::null:
      json_ += R"({"NULL":true})";
      ++size_;
      return true;
    case BsonType::int32:
    case BsonType::int64:
    case BsonType::real:
    case BsonType::decimal:
      return number(value);
    default:
      break;
  }
  if (value.type == BsonType::binary && value.subtype() == 0) return binary(value.bytes());
  const auto foreign = carry(value, rules_.options.dates);
  return foreign ? carried(*foreign) : refuse("is not sound BSON");
}

bool ItemValues::text(const BsonValue& value, Hints hints) {
  if (hints.type() == "N") {
    if (const auto number = number_of_long_text(value.text())) return put_number(*number, {});
  }
  return plain_text('S', value.text());
}

bool ItemValues::plain_text(char tag, std::string_view text) {
  json_ += tag == 'N' ? R"({"N":)" : R"({"S":)";
  if (!append_json_text(json_, text)) return refuse("is not valid UTF-8");
  json_ += '}';
  size_ += text.size();
  return true;
}

bool ItemValues::number(const BsonValue& value) {
  if (const auto read = read_number(value, rules_.options.fractions_as_double))
    return put_number(read->number, read->hint);
  return carried(*carry(value, rules_.options.dates));
}

bool ItemValues::put_number(const Number& number, std::string_view hint) {
  json_ += R"({"N":")";
  json_ += number.text();
  json_ += R"("})";
  size_ += number.stored_bytes();
  if (!hint.empty()) hints_.add(path_, hint);
  return true;
}

bool ItemValues::binary(std::string_view bytes) {
  json_ += R"({"B":")";
  append_base64(json_, bytes);
  json_ += R"("})";
  size_ += bytes.size();
  return true;
}

bool ItemValues::carried(const Carried& carried) {
  hints_.add(path_, carried.hint);
  if (carried.tag == 'B') return binary(carried.content);
  if (carried.tag == 'N') return put_number(*Number::parse(carried.content), {});
  return plain_text('S', carried.content);
}

bool ItemValues::array(const BsonValue& value, Hints hints) {
  const std::string_view type = hints.type();
  if (is_set(type) && read_set(value, type, rules_.options.fractions_as_double, set_))
    return set(type);
  return list(value.payload, hints);
}

bool ItemValues::list(std::string_view elements, Hints hints) {
  if (path_.depth() > kDeepestContainer) return refuse("is nested deeper than 32 levels");
  const std::size_t mark = hints_.mark();
  std::size_t count = 0;
  json_ += R"({"L":[)";
  BsonReader reader(elements);
  for (; reader.next(); ++count) {
    if (count > 0) json_ += ',';
    path_.enter(count);
    if (!value(reader.value(), hints.at(count))) return false;
    path_.leave();
  }
  if (reader.corrupt()) return refuse("is not sound BSON");
  json_ += "]}";
  size_ += kContainer + count;
  if (hints_.mark() != mark) hints_.collapse(mark, path_, count);
  return true;
}

bool ItemValues::map(std::string_view document, Hints hints) {
  if (path_.depth() > kDeepestContainer) return refuse("is nested deeper than 32 levels");
  json_ += R"({"M":{)";
  size_ += kContainer;
  if (!fields(document, hints)) return false;
  json_ += "}}";
  return true;
}

bool ItemValues::set(std::string_view type) {
  const std::size_t mark = hints_.mark();
  std::size_t count = 0;
  json_ += fmt::format(R"({{"{}":[)", type);
  for (const std::string_view member : set_.texts) {
    if (count++ > 0) json_ += ',';
    size_ += member.size();
    if (type == "SS") {
      if (!append_json_text(json_, member)) return refuse("is not valid UTF-8");
      continue;
    }
    json_ += '"';
    append_base64(json_, member);
    json_ += '"';
  }
  for (const ReadNumber& member : set_.numbers) {
    path_.enter(count);
    if (!member.hint.empty()) hints_.add(path_, member.hint);
    path_.leave();
    json_ += fmt::format("{}\"{}\"", count++ > 0 ? "," : "", member.number.text());
    size_ += member.number.stored_bytes();
  }
  json_ += "]}";
  if (hints_.mark() != mark) hints_.collapse(mark, path_, count);
  return true;
}

}  // namespace crossfade::codec
