#include "common/codec/keys.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/codec/base64.h"
#include "common/codec/json_text.h"
#include "common/codec/number_form.h"

namespace crossfade::codec {
namespace {

constexpr std::string_view kId = "_id";
constexpr std::size_t kMostHashBytes = 2048;
constexpr std::size_t kMostSortBytes = 1024;

Keys::Attribute attribute_of(const KeyAttribute& attribute, const Names& names, std::size_t most) {
  return {attribute.name, names.encode(attribute.name, true).value_or(attribute.name),
          names.encode(attribute.name, false).value_or(attribute.name), attribute.type, most};
}

void put_part(std::string& out, const KeyPart& part, std::string_view name) {
  put_element(out, part.type, name);
  out.append(part.payload);
}

std::string_view words(std::optional<KeyType> type) {
  if (!type) return "a string, a number or a plain binary";
  if (*type == KeyType::text) return "a string";
  return *type == KeyType::number ? "a number" : "a plain binary";
}

bool is_plain_binary(const BsonValue& value) {
  return value.type == BsonType::binary && value.subtype() == 0;
}

std::optional<BsonValue> find(std::string_view bson, std::string_view name) {
  BsonReader reader(bson);
  while (reader.next())
    if (reader.name() == name) return reader.value();
  return std::nullopt;
}

}  // namespace

std::string in_quotes(std::string_view name) {
  return fmt::format("\"{}\"", name);
}

Keys::Keys(const KeySchema& schema, const Names& names, bool fractions_as_double)
    : fractions_as_double_(fractions_as_double) {
  attributes_.push_back(attribute_of(schema.hash, names, kMostHashBytes));
  if (schema.sort) attributes_.push_back(attribute_of(*schema.sort, names, kMostSortBytes));
}

std::optional<std::size_t> Keys::find(std::string_view name) const {
  for (std::size_t i = 0; i < attributes_.size(); ++i)
    if (attributes_[i].name == name) return i;
  return std::nullopt;
}

Key Keys::key_of(const std::vector<KeyPart>& parts) const {
  std::string bson;
  const std::size_t begin = put_begin(bson);
  if (parts.size() == 1) {
    put_part(bson, parts[0], kId);
  } else {
    put_element(bson, BsonType::document, kId);
    const std::size_t id = put_begin(bson);
    for (std::size_t i = 0; i < parts.size(); ++i)
      put_part(bson, parts[i], attributes_[i].id_field);
    put_end(bson, id);
  }
  put_end(bson, begin);
  return {std::move(bson)};
}

bool Keys::is_number_text(std::size_t which, const BsonValue& value) const {
  return attributes_[which].type == KeyType::number && value.type == BsonType::text &&
         number_of_long_text(value.text());
}

Result<KeyPart> Keys::part_of(std::size_t which, const BsonValue& value) const {
  const Attribute& attribute = attributes_[which];
  const auto wants = [&](KeyType type) { return !attribute.type || *attribute.type == type; };
  const auto number = number_of(value);
  KeyPart part;
  std::size_t bytes = 1;
  if (number && wants(KeyType::number)) {
    part.type = put_number(part.payload, *number, fractions_as_double_);
    return part;
  }
  if (is_number_text(which, value)) return KeyPart{value.type, std::string(value.payload)};
  if (value.type == BsonType::text && wants(KeyType::text))
    bytes = value.text().size();
  else if (is_plain_binary(value) && wants(KeyType::binary))
    bytes = value.bytes().size();
  else
    return fail(Fault::rejected, fmt::format("The key attribute {} must be {}.",
                                             in_quotes(attribute.name), words(attribute.type)));
  if (bytes == 0)
    return fail(Fault::rejected,
                fmt::format("The key attribute {} is empty.", in_quotes(attribute.name)));
  if (bytes > attribute.most_bytes)
    return fail(Fault::rejected,
                fmt::format("The key attribute {} has {} bytes, more than {}.",
                            in_quotes(attribute.name), bytes, attribute.most_bytes));
  return KeyPart{value.type, std::string(value.payload)};
}

Result<Key> Keys::of_values(const std::vector<BsonValue>& values) const {
  std::vector<KeyPart> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    TRY(KeyPart part, part_of(i, values[i]));
    parts.push_back(std::move(part));
  }
  return key_of(parts);
}

Result<std::vector<BsonValue>> Keys::id_values(const BsonValue& id) const {
  const auto foreign = [] {
    return fail(Fault::rejected, "The _id is not one that was made from the key attributes.");
  };
  if (attributes_.size() == 1) return std::vector<BsonValue>{id};
  if (id.type != BsonType::document) return foreign();
  std::vector<BsonValue> values;
  BsonReader reader(id.payload);
  while (reader.next()) {
    if (values.size() == attributes_.size() || reader.name() != attributes_[values.size()].id_field)
      return foreign();
    values.push_back(reader.value());
  }
  if (values.size() != attributes_.size()) return foreign();
  return values;
}

Result<Key> Keys::of_id(const BsonValue& id) const {
  TRY(auto values, id_values(id));
  return of_values(values);
}

Result<Key> Keys::of_document(std::string_view bson) const {
  std::vector<std::optional<BsonValue>> found(attributes_.size());
  std::optional<BsonValue> id;
  BsonReader reader(bson);
  while (reader.next()) {
    if (reader.name() == kId) id = reader.value();
    for (std::size_t i = 0; i < attributes_.size(); ++i)
      if (reader.name() == attributes_[i].field) found[i] = reader.value();
  }
  if (reader.corrupt()) return fail(Fault::rejected, "The document is not sound BSON.");
  std::vector<BsonValue> values;
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    if (!found[i]) return of_partial(found, id);
    values.push_back(*found[i]);
  }
  return of_values(values);
}

Result<Key> Keys::of_partial(const std::vector<std::optional<BsonValue>>& found,
                             const std::optional<BsonValue>& id) const {
  const auto missing = std::find(found.begin(), found.end(), std::nullopt) - found.begin();
  Error error = fail(Fault::rejected,
                     fmt::format("The key attribute {} is missing.",
                                 in_quotes(attributes_[static_cast<std::size_t>(missing)].name)));
  if (!id) return error;
  const auto values = id_values(*id);
  if (!values) return error;
  auto key = of_values(*values);
  if (!key) return error;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    TRY(const KeyPart part, part_of(i, *found[i]));
    TRY(const KeyPart from_id, part_of(i, (*values)[i]));
    if (part.payload != from_id.payload) return error;
  }
  return key;
}

Result<std::vector<BsonValue>> Keys::values(const Key& key) const {
  const auto id = codec::find(key.bson, kId);
  if (!id) return fail(Fault::rejected, "The key has no _id.");
  return id_values(*id);
}

void Keys::append_value(std::string& out, std::size_t which, const BsonValue& value) const {
  if (const auto number = number_of(value)) {
    out += R"({"N":")" + number->text() + R"("})";
  } else if (value.type == BsonType::binary) {
    out += R"({"B":")";
    append_base64(out, value.bytes());
    out += R"("})";
  } else {
    out += is_number_text(which, value) ? R"({"N":)" : R"({"S":)";
    append_json_text(out, value.text());
    out += '}';
  }
}

Result<std::string> Keys::json(const Key& key) const {
  TRY(auto values, this->values(key));
  TRY(const Key checked, of_values(values));
  TRY(values, this->values(checked));
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += i == 0 ? '{' : ',';
    append_json_text(out, attributes_[i].name);
    out += ':';
    append_value(out, i, values[i]);
  }
  return out + '}';
}

Result<std::string> Keys::filter(const Key& key) const {
  TRY(const auto values, this->values(key));
  std::string out;
  const std::size_t begin = put_begin(out);
  for (std::size_t i = 0; i < values.size(); ++i) {
    put_element(out, values[i].type, attributes_[i].field);
    out.append(values[i].payload);
  }
  put_end(out, begin);
  return out;
}

std::optional<std::string> Keys::text(const Key& key, std::string_view name) const {
  const auto which = find(name);
  const auto values = this->values(key);
  if (!which || !values) return std::nullopt;
  const BsonValue& value = (*values)[*which];
  if (const auto number = number_of(value)) return number->text();
  if (value.type == BsonType::text) return std::string(value.text());
  if (value.type != BsonType::binary) return std::nullopt;
  std::string text;
  append_base64(text, value.bytes());
  return text;
}

}  // namespace crossfade::codec
