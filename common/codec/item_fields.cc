#include <algorithm>

#include "common/codec/item_values.h"
#include "common/codec/json_text.h"

namespace crossfade::codec {

bool ItemValues::is_kept_apart(std::string_view field) const {
  if (path_.depth() > 0) return false;
  return field == "_id" || field == rules_.options.reserved ||
         (!field.empty() && field == rules_.options.synced_field);
}

bool ItemValues::name(std::string_view attribute) {
  if (attribute.empty()) return refuse("has a field with an empty name");
  if (attribute.size() > kMostNameBytes)
    return refuse("has a field whose name is longer than 65535 bytes");
  if (!append_json_text(json_, attribute))
    return refuse("has a field whose name is not valid UTF-8");
  json_ += ':';
  size_ += attribute.size();
  return true;
}

bool ItemValues::fields(std::string_view document, Hints hints) {
  const std::size_t begin = names_.size();
  const bool nested = path_.depth() > 0;
  if (!names(document, begin)) return false;
  BsonReader reader(document);
  for (std::size_t i = begin; reader.next();) {
    if (is_kept_apart(reader.name())) continue;
    const Name field = names_[i];
    if (i++ > begin) json_ += ',';
    if (!name(field.attribute)) return false;
    path_.enter(field.attribute);
    if (field.raw) hints_.add_raw_name(path_);
    if (!value(reader.value(), hints.at(field.attribute))) return false;
    path_.leave();
    if (nested) ++size_;
  }
  names_.resize(begin);
  return true;
}

bool ItemValues::names(std::string_view document, std::size_t begin) {
  const bool top_level = path_.depth() == 0;
  BsonReader reader(document);
  while (reader.next()) {
    if (is_kept_apart(reader.name())) continue;
    Names::Decoded decoded = rules_.names.decode(reader.name(), top_level);
    std::string_view attribute = reader.name();
    if (decoded.form == Names::Form::decoded)
      attribute = decoded_.emplace_back(std::move(decoded.name));
    names_.push_back({attribute, decoded.form == Names::Form::raw});
  }
  if (reader.corrupt()) return refuse("is not sound BSON");
  if (!has_twins(begin)) return true;
  take_names_as_they_are(document, begin);
  return !has_twins(begin) || refuse("has two fields of one name");
}

bool ItemValues::has_twins(std::size_t begin) {
  if (names_.size() - begin < 2) return false;
  sorted_.clear();
  for (std::size_t i = begin; i < names_.size(); ++i) sorted_.push_back(names_[i].attribute);
  std::sort(sorted_.begin(), sorted_.end());
  return std::adjacent_find(sorted_.begin(), sorted_.end()) != sorted_.end();
}

void ItemValues::take_names_as_they_are(std::string_view document, std::size_t begin) {
  BsonReader reader(document);
  for (std::size_t i = begin; reader.next();) {
    if (is_kept_apart(reader.name())) continue;
    Name& name = names_[i++];
    if (path_.depth() == 0 && rules_.keys.find(name.attribute) && !name.raw) continue;
    name.raw = name.raw || name.attribute != reader.name();
    name.attribute = reader.name();
  }
}

}  // namespace crossfade::codec
