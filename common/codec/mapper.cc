#include <fmt/core.h>

#include "common/codec/body.h"
#include "common/codec/mapper_impl.h"

namespace crossfade::codec {
namespace {

Error not_json(simdjson::error_code error) {
  return fail(Fault::rejected,
              fmt::format("The item is not DynamoDB JSON ({}).", simdjson::error_message(error)));
}

/// Hands the item to `read`, which says whether it took it.
template <class Read>
Result<void> with_item(Scratch& scratch, std::string_view json, Read read) {
  scratch.padded.assign(json);
  ondemand::object item;
  const auto error = open_body(scratch.source, scratch.padded, item);
  if (error != simdjson::SUCCESS) return not_json(error);
  if (!read(item)) return fail(Fault::rejected, scratch.documents.reason());
  if (!scratch.source.finished()) return not_json(simdjson::TRAILING_CONTENT);
  return {};
}

}  // namespace

Mapper::Mapper(MappingOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Mapper::~Mapper() = default;
Mapper::Mapper(Mapper&&) noexcept = default;

const MappingOptions& Mapper::options() const {
  return impl_->rules.options;
}

Result<MappedDocument> Mapper::to_document(std::string_view item_json) const {
  auto scratch = impl_->scratches.take();
  const auto read = [&](ondemand::object item) { return scratch->documents.read(item); };
  TRY_VOID(with_item(*scratch, item_json, read));
  return scratch->documents.finish();
}

Result<Key> Mapper::key_of_item(std::string_view item_json) const {
  auto scratch = impl_->scratches.take();
  const auto read = [&](ondemand::object item) { return scratch->documents.read_key(item); };
  TRY_VOID(with_item(*scratch, item_json, read));
  return scratch->documents.key();
}

Result<std::string> Mapper::canonical(std::string_view item_json) const {
  auto scratch = impl_->scratches.take();
  const auto read = [&](ondemand::object item) { return scratch->documents.read_neutral(item); };
  TRY_VOID(with_item(*scratch, item_json, read));
  return scratch->documents.finish_neutral();
}

Result<MappedItem> Mapper::to_item(std::string_view bson, const WriteToken* token) const {
  auto scratch = impl_->scratches.take();
  return scratch->items.write(bson, token);
}

Result<Key> Mapper::key_of_document(std::string_view bson) const {
  return impl_->rules.keys.of_document(bson);
}

Result<Key> Mapper::key_of_id(std::string_view document_key) const {
  BsonReader reader(document_key);
  while (reader.next())
    if (reader.name() == "_id") return impl_->rules.keys.of_id(reader.value());
  return fail(Fault::rejected, "The document key has no _id.");
}

Result<std::string> Mapper::key_json(const Key& key) const {
  return impl_->rules.keys.json(key);
}

Result<std::string> Mapper::key_filter(const Key& key) const {
  return impl_->rules.keys.filter(key);
}

std::optional<std::string> Mapper::subject_of(const Key& key, std::string_view attribute) const {
  return impl_->rules.keys.text(key, attribute);
}

Result<std::string> canonical_item(const Mapper& mapper, std::string_view item_json) {
  return mapper.canonical(item_json);
}

Result<std::string> canonical_document(const Mapper& mapper, std::string_view bson) {
  TRY(const MappedItem item, mapper.to_item(bson));
  return mapper.canonical(item.json);
}

}  // namespace crossfade::codec
