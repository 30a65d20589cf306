#include "common/codec/item_writer.h"

#include <fmt/core.h>

#include <utility>

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
  auto id = find(bson, kId);
  if (id == find(key.bson, kId)) id.reset();
  TRY_VOID(reserved(id, token));
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

/// Returns what the token adds to the item's size.
std::size_t ItemWriter::token(const WriteToken& token) {
  const std::size_t before = values_.size();
  member(member::kToken);
  values_.json() += token_json(token);
  return std::exchange(values_.size(), before) - before + token_bytes(token);
}

Result<void> ItemWriter::reserved(const std::optional<BsonValue>& foreign,
                                  const WriteToken* write_token) {
  const bool members = foreign || !values_.hints().empty();
  if (!members && write_token == nullptr) return check_size(0);
  values_.json() += ',';
  append_json_text(values_.json(), rules_.options.reserved);
  values_.json() += R"(:{"M":{)";
  const std::size_t head = rules_.options.reserved.size() + kContainer;
  if (members) values_.size() += head;
  if (foreign && !foreign_id(*foreign)) return refusal();
  raw_names();
  types();
  std::size_t token_size = members ? 0 : head;
  if (write_token != nullptr) token_size += token(*write_token);
  values_.json() += "}}";
  return check_size(token_size);
}

Result<void> ItemWriter::check_size(std::size_t token_size) {
  const std::size_t total = values_.size() + token_size;
  if (total <= kMostItemBytes) return {};
  return fail(Fault::rejected, fmt::format("The item would have {} bytes, more than the {} that "
                                           "DynamoDB takes.",
                                           total, kMostItemBytes));
}

}  // namespace crossfade::codec
