#include "common/codec/item_writer.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/codec/json_text.h"
#include "common/codec/reserved.h"

namespace crossfade::codec {
namespace {

constexpr std::string_view kId = "_id";
constexpr std::size_t kContainer = 3;

std::optional<BsonValue> find(std::string_view bson, std::string_view name) {
  BsonReader reader(bson);
  while (reader.next())
    if (reader.name() == name) return reader.value();
  return std::nullopt;
}

}  // namespace

Result<MappedItem> ItemWriter::write(std::string_view bson, const WriteToken* token) {
  TRY_VOID(read_hints(bson));
  TRY(Key key, rules_.keys.of_document(bson));
  values_.start();
  values_.json() += '{';
  if (!values_.fields(bson, {hints_.root(), rules_.declared.root()})) return refusal();
  TRY_VOID(absent_keys(bson, key));
  TRY_VOID(reserved(bson, key, token));
  values_.json() += '}';
  return MappedItem{values_.json(), std::move(key), values_.size()};
}

Result<void> ItemWriter::read_hints(std::string_view bson) {
  hints_.clear();
  const auto field = find(bson, rules_.options.reserved);
  if (!field) return {};
  if (field->type == BsonType::document && read_reserved_field(field->payload, hints_)) return {};
  return fail(Fault::rejected,
              fmt::format("The field {} is in use for something else; give the link another name "
                          "for its reserved field.",
                          in_quotes(rules_.options.reserved)));
}

Result<void> ItemWriter::absent_keys(std::string_view bson, const Key& key) {
  TRY(const auto values, rules_.keys.values(key));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Keys::Attribute& attribute = rules_.keys.attributes()[i];
    if (find(bson, attribute.field)) continue;
    if (values_.json().size() > 1) values_.json() += ',';
    values_.path().enter(attribute.name);
    const Hints declared{nullptr, rules_.declared.root()};
    if (!values_.name(attribute.name) ||
        !values_.value(values[i], declared.at(std::string_view(attribute.name))))
      return refusal();
    values_.hints().add(values_.path(), kAbsent);
    values_.path().leave();
  }
  return {};
}

void ItemWriter::member(std::string_view name) {
  if (!values_.json().ends_with('{')) values_.json() += ',';
  values_.json() += fmt::format("\"{}\":", name);
  values_.size() += name.size() + 1;
}

bool ItemWriter::foreign_id(const BsonValue& id) {
  values_.path().enter(rules_.options.reserved);
  values_.path().enter(member::kForeignId);
  member(member::kForeignId);
  const bool done =
      id.type == BsonType::document ? values_.carried(carry_bytes(id)) : values_.value(id, {});
  values_.path().leave();
  values_.path().leave();
  return done;
}

void ItemWriter::raw_names() {
  std::size_t count = 0;
  for (const HintList::Hint& hint : values_.hints().sorted()) {
    if (!hint.type.empty()) continue;
    if (count == 0) {
      member(member::kRawNames);
      values_.json() += R"({"L":[)";
      values_.size() += kContainer;
    }
    values_.json() += count++ == 0 ? R"({"S":)" : R"(,{"S":)";
    append_json_text(values_.json(), hint.path);
    values_.json() += '}';
    values_.size() += hint.path.size() + 1;
  }
  if (count > 0) values_.json() += "]}";
}

void ItemWriter::types() {
  std::size_t count = 0;
  for (const HintList::Hint& hint : values_.hints().sorted()) {
    if (hint.type.empty()) continue;
    if (count++ == 0) {
      member(member::kTypes);
      values_.json() += R"({"M":{)";
      values_.size() += kContainer;
    } else {
      values_.json() += ',';
    }
    append_json_text(values_.json(), hint.path);
    values_.json() += R"(:{"S":)";
    append_json_text(values_.json(), hint.type);
    values_.json() += '}';
    values_.size() += hint.path.size() + hint.type.size() + 1;
  }
  if (count > 0) values_.json() += "}}";
}

Result<void> ItemWriter::reserved(std::string_view bson, const Key& key, const WriteToken* token) {
  const auto id = find(bson, kId);
  const bool foreign = id && *id != *find(key.bson, kId);
  const bool members = foreign || !values_.hints().empty();
  std::size_t token_size = 0;
  if (members || token != nullptr) {
    values_.json() += ',';
    append_json_text(values_.json(), rules_.options.reserved);
    values_.json() += R"(:{"M":{)";
    const std::size_t head = rules_.options.reserved.size() + kContainer;
    (members ? values_.size() : token_size) += head;
    if (foreign && !foreign_id(*id)) return refusal();
    raw_names();
    types();
    if (token != nullptr) {
      const std::size_t before = values_.size();
      member(member::kToken);
      token_size += values_.size() - before + token_bytes(*token);
      values_.size() = before;
      values_.json() += token_json(*token);
    }
    values_.json() += "}}";
  }
  const std::size_t total = values_.size() + token_size;
  if (total <= kMostItemBytes) return {};
  return fail(Fault::rejected, fmt::format("The item would have {} bytes, more than the {} that "
                                           "DynamoDB takes.",
                                           total, kMostItemBytes));
}

}  // namespace crossfade::codec
