#include "common/codec/body.h"
#include "common/codec/json_text.h"
#include "common/codec/mapper_impl.h"

namespace crossfade::codec {
namespace {

/// The key attributes of an item as they came, `{"pk":{"S":"a"}}`; empty where one is missing.
std::string raw_key(JsonSource& source, const Keys& keys, ondemand::object item) {
  std::string out;
  for (const Keys::Attribute& attribute : keys.attributes()) {
    ondemand::object value;
    if (!source.restart(item) ||
        item.find_field_unordered(attribute.name).get_object().get(value) != simdjson::SUCCESS)
      return {};
    const auto text = raw_text(source, value);
    if (!text) return {};
    out += out.empty() ? '{' : ',';
    append_json_text(out, attribute.name);
    out += ':' + *text;
  }
  source.texts.rewind();
  return out + '}';
}

simdjson::error_code read_documents(Scratch& scratch, const Keys& keys, ondemand::array items,
                                    ScanPage& page) {
  for (auto entry : items) {
    ondemand::object item;
    SIMDJSON_TRY(std::move(entry).get_object().get(item));
    if (scratch.documents.read(item)) {
      page.documents.push_back(scratch.documents.finish());
      continue;
    }
    Rejected rejected{{}, raw_key(scratch.source, keys, item), scratch.documents.reason()};
    auto text = raw_text(scratch.source, item);
    if (!text) return simdjson::TAPE_ERROR;
    rejected.text = *std::move(text);
    page.rejected.push_back(std::move(rejected));
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_page(Scratch& scratch, const Keys& keys, ondemand::object top,
                               ScanPage& page) {
  for (auto entry : top) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(entry).get(field));
    const ondemand::raw_json_string name = field.key();
    if (name == "Items") {
      ondemand::array items;
      SIMDJSON_TRY(field.value().get_array().get(items));
      SIMDJSON_TRY(read_documents(scratch, keys, items, page));
    } else if (name == "LastEvaluatedKey") {
      ondemand::object last;
      SIMDJSON_TRY(field.value().get_object().get(last));
      page.last_key = raw_text(scratch.source, last).value_or("");
    } else if (name == "ConsumedCapacity") {
      SIMDJSON_TRY(field.value().find_field_unordered("CapacityUnits").get(page.consumed_units));
    }
  }
  return scratch.source.finished() ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

}  // namespace

Result<ScanPage> Mapper::read_scan_page(std::string& body) const {
  auto scratch = impl_->scratches.take();
  ScanPage page;
  ondemand::object top;
  auto error = open_body(scratch->source, body, top);
  if (error == simdjson::SUCCESS) error = read_page(*scratch, impl_->rules.keys, top, page);
  if (error != simdjson::SUCCESS) return broken_body(error);
  return page;
}

Result<std::optional<MappedDocument>> Mapper::read_item(std::string& body) const {
  auto scratch = impl_->scratches.take();
  ondemand::object top;
  auto error = open_body(scratch->source, body, top);
  if (error != simdjson::SUCCESS) return broken_body(error);
  ondemand::object item;
  error = top.find_field_unordered("Item").get_object().get(item);
  if (error == simdjson::NO_SUCH_FIELD) return std::optional<MappedDocument>();
  if (error != simdjson::SUCCESS) return broken_body(error);
  if (!scratch->documents.read(item)) return fail(Fault::rejected, scratch->documents.reason());
  return std::optional(scratch->documents.finish());
}

}  // namespace crossfade::codec
