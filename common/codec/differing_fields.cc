#include <algorithm>

#include "common/codec/bson_reader.h"
#include "common/codec/document.h"

namespace crossfade::codec {
namespace {

struct Field {
  std::string_view name;
  BsonValue value;
};

std::vector<Field> fields_of(std::string_view bson) {
  std::vector<Field> out;
  BsonReader reader(bson);
  while (reader.next()) out.push_back({reader.name(), reader.value()});
  return out;
}

const Field* named(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> differing_fields(std::string_view one, std::string_view other) {
  const std::vector<Field> ones = fields_of(one);
  const std::vector<Field> others = fields_of(other);
  std::vector<std::string> out;
  for (const Field& field : ones) {
    const Field* there = named(others, field.name);
    if (there == nullptr || there->value != field.value) out.emplace_back(field.name);
  }
  for (const Field& field : others)
    if (named(ones, field.name) == nullptr) out.emplace_back(field.name);
  return out;
}

}  // namespace crossfade::codec
