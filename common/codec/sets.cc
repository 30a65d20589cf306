#include "common/codec/sets.h"

#include <algorithm>

namespace crossfade::codec {
namespace {

bool read_texts(BsonReader& elements, BsonType type, std::vector<std::string_view>& texts) {
  while (elements.next()) {
    const BsonValue& value = elements.value();
    if (value.type != type || (type == BsonType::binary && value.subtype() != 0)) return false;
    texts.push_back(type == BsonType::text ? value.text() : value.bytes());
  }
  std::sort(texts.begin(), texts.end());
  return !texts.empty() && std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

bool read_numbers(BsonReader& elements, bool fractions_as_double,
                  std::vector<ReadNumber>& numbers) {
  while (elements.next()) {
    const BsonValue& value = elements.value();
    auto number = read_number(value, fractions_as_double);
    if (!number && value.type == BsonType::text) {
      if (const auto text = number_of_long_text(value.text())) number = ReadNumber{*text, {}};
    }
    if (!number) return false;
    numbers.push_back(*std::move(number));
  }
  const auto less = [](const auto& a, const auto& b) { return a.number < b.number; };
  const auto equal = [](const auto& a, const auto& b) { return a.number == b.number; };
  std::sort(numbers.begin(), numbers.end(), less);
  return !numbers.empty() &&
         std::adjacent_find(numbers.begin(), numbers.end(), equal) == numbers.end();
}

}  // namespace

bool read_set(const BsonValue& array, std::string_view type, bool fractions_as_double,
              SetMembers& members) {
  members.texts.clear();
  members.numbers.clear();
  BsonReader elements(array.payload);
  bool fits = false;
  if (type == "SS") fits = read_texts(elements, BsonType::text, members.texts);
  if (type == "BS") fits = read_texts(elements, BsonType::binary, members.texts);
  if (type == "NS") fits = read_numbers(elements, fractions_as_double, members.numbers);
  return fits && !elements.corrupt();
}

}  // namespace crossfade::codec
