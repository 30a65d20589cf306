#include "common/codec/document_writer.h"

#include <fmt/core.h>

namespace crossfade::codec {
namespace {

using Tag = Attribute::Tag;

constexpr std::size_t kDocumentHead = sizeof(std::int32_t);
constexpr std::uint32_t kOtherRank = 2;

std::optional<KeyType> key_type(Tag tag) {
  if (tag == Tag::S) return KeyType::text;
  if (tag == Tag::N) return KeyType::number;
  return tag == Tag::B ? std::optional(KeyType::binary) : std::nullopt;
}

/// What a key may be besides its default: a number of another numeric type.
bool is_key_hint(std::string_view type) {
  return type == "long" || type.starts_with("double") || type.starts_with("decimal");
}

/// The elements of a document without its length and its end.
std::string_view inner(std::string_view bson) {
  return bson.substr(kDocumentHead, bson.size() - kDocumentHead - 1);
}

}  // namespace

bool DocumentWriter::refuse(std::string reason) {
  own_reason_ = std::move(reason);
  return false;
}

bool DocumentWriter::read(ondemand::object item) {
  return run(item, Mode::document) && all_keys();
}

bool DocumentWriter::read_neutral(ondemand::object item) {
  return run(item, Mode::neutral);
}

bool DocumentWriter::read_key(ondemand::object item) {
  return run(item, Mode::key) && all_keys();
}

bool DocumentWriter::run(ondemand::object& item, Mode mode) {
  mode_ = mode;
  own_reason_.clear();
  reserved_ = Reserved();
  reserved_read_ = false;
  id_.reset();
  if (attributes(item)) return true;
  if (!again_) return false;
  return source_.restart(item) && attributes(item);
}

bool DocumentWriter::attributes(ondemand::object& item) {
  again_ = false;
  values_.start();
  source_.texts.rewind();
  key_.resize(rules_.keys.attributes().size());
  for (KeyPart& part : key_) part.payload.clear();
  for (auto entry : item) {
    ondemand::field field;
    std::string_view name;
    if (std::move(entry).get(field) != simdjson::SUCCESS) return refuse("The item is broken JSON.");
    if (!source_.name(field, name)) return refuse("The item has a name that is not Unicode.");
    if (!attribute(name, field.value())) return false;
  }
  if (values_.slices().sort(values_.bytes(), 0)) return true;
  return refuse("The item has two attributes of one name.");
}

Hints DocumentWriter::hints() const {
  if (mode_ == Mode::neutral) return {};
  return {reserved_.hints.root(), rules_.declared.root()};
}

bool DocumentWriter::attribute(std::string_view name, ondemand::value value) {
  const auto key = rules_.keys.find(name);
  if (mode_ == Mode::key && !key) return true;
  if (name == rules_.options.reserved) return mode_ == Mode::neutral || reserved(value);
  if (mode_ != Mode::neutral && name == rules_.options.synced_field && !name.empty())
    return refuse(fmt::format("The attribute {} has the name of the link's forward_synced_field.",
                              in_quotes(name)));
  if (key && mode_ != Mode::neutral) return key_attribute(*key, value);
  return values_.field(name, value, hints().at(name), kOtherRank);
}

bool DocumentWriter::reserved(ondemand::value value) {
  if (reserved_read_) return !reserved_.has_id || foreign_id(value);
  reserved_read_ = true;
  if (!read_reserved(source_, value, reserved_))
    return refuse(
        fmt::format("The attribute {} is in use for something else; give the link another "
                    "name for its reserved attribute.",
                    in_quotes(rules_.options.reserved)));
  again_ = reserved_.changes_mapping();
  return !again_;
}

bool DocumentWriter::foreign_id(ondemand::value value) {
  Attribute attribute;
  ondemand::object members;
  ondemand::value id;
  if (!attribute.open(value) || attribute.body().get_object().get(members) != simdjson::SUCCESS ||
      members.find_field_unordered(member::kForeignId).get(id) != simdjson::SUCCESS)
    return refuse("The reserved attribute is broken.");
  const std::string_view reserved = rules_.options.reserved;
  const std::size_t begin = values_.bytes().size();
  values_.path().enter(reserved);
  values_.path().enter(member::kForeignId);
  BsonType type = BsonType::null;
  if (!values_.value(id, hints().at(reserved).at(member::kForeignId), type)) return false;
  values_.path().leave();
  values_.path().leave();
  id_ = KeyPart{type, values_.bytes().substr(begin)};
  values_.bytes().resize(begin);
  return true;
}

bool DocumentWriter::key_attribute(std::size_t which, ondemand::value value) {
  const Keys::Attribute& expected = rules_.keys.attributes()[which];
  Attribute attribute;
  std::string_view text;
  const bool opened = attribute.open(value);
  const auto type = opened ? key_type(attribute.tag()) : std::nullopt;
  if (!type || (expected.type && *type != *expected.type))
    return refuse(fmt::format("The key attribute {} has a wrong type.", in_quotes(expected.name)));
  if (!source_.text(attribute.body(), text) || !attribute.close())
    return refuse(fmt::format("The key attribute {} is not Unicode.", in_quotes(expected.name)));
  if (text.empty())
    return refuse(fmt::format("The key attribute {} is empty.", in_quotes(expected.name)));
  values_.path().enter(expected.name);
  if (!values_.key_part(attribute.tag(), text, key_[which])) return false;
  values_.path().leave();
  Hints at = hints().at(std::string_view(expected.name));
  if (mode_ == Mode::key || at.own_type() == kAbsent) return true;
  if (!is_key_hint(at.own_type())) at.own = nullptr;
  return values_.scalar_field(expected.name, attribute.tag(), text, at,
                              static_cast<std::uint32_t>(which));
}

bool DocumentWriter::all_keys() {
  for (std::size_t i = 0; i < key_.size(); ++i)
    if (key_[i].payload.empty())
      return refuse(fmt::format("The item has no key attribute {}.",
                                in_quotes(rules_.keys.attributes()[i].name)));
  return true;
}

bool DocumentWriter::is_own_id(const Key& key) const {
  if (!id_) return false;
  const auto derived = rules_.keys.of_id({id_->type, id_->payload});
  return !derived || *derived != key;
}

MappedDocument DocumentWriter::finish() {
  MappedDocument mapped;
  mapped.key = key();
  mapped.token = std::move(reserved_.token);
  mapped.own_id = is_own_id(mapped.key);
  std::string& out = mapped.bson;
  out.reserve(values_.bytes().size() + mapped.key.bson.size() + 1);
  const std::size_t begin = put_begin(out);
  if (id_) {
    put_element(out, id_->type, "_id");
    out.append(id_->payload);
  } else {
    out.append(inner(mapped.key.bson));
  }
  put_fields(out);
  put_end(out, begin);
  return mapped;
}

std::string DocumentWriter::finish_neutral() {
  std::string out;
  const std::size_t begin = put_begin(out);
  put_fields(out);
  put_end(out, begin);
  return out;
}

void DocumentWriter::put_fields(std::string& out) {
  for (const Slices::Field& field : values_.slices().fields())
    out.append(values_.bytes(), field.begin, field.end - field.begin);
  if (!values_.hints().empty()) put_reserved_field(out);
}

void DocumentWriter::put_reserved_field(std::string& out) {
  put_element(out, BsonType::document, rules_.options.reserved);
  const std::size_t field = put_begin(out);
  put_element(out, BsonType::document, member::kTypes);
  const std::size_t types = put_begin(out);
  for (const HintList::Hint& hint : values_.hints().sorted()) {
    put_element(out, BsonType::text, hint.path);
    put_text(out, hint.type);
  }
  put_end(out, types);
  put_end(out, field);
}

}  // namespace crossfade::codec
