#include <cmath>

#include "common/codec/body.h"
#include "common/codec/mapper_impl.h"

namespace crossfade::codec {
namespace {

constexpr std::string_view kService = "dynamodb.amazonaws.com";

/// One record while its members come in any order.
class RecordReader {
 public:
  RecordReader(Scratch& scratch, const Rules& rules, bool with_before)
      : scratch_(scratch), rules_(rules), with_before_(with_before) {}

  simdjson::error_code read(ondemand::object record);
  StreamRecord finish();

 private:
  simdjson::error_code read_change(ondemand::object change);
  simdjson::error_code read_keys(ondemand::object keys);
  simdjson::error_code read_new_image(ondemand::object image);
  void read_old_image(ondemand::object image);
  simdjson::error_code read_identity(ondemand::object identity);
  std::optional<WriteToken> token_of(ondemand::object& image);

  Scratch& scratch_;
  const Rules& rules_;
  bool with_before_;
  StreamRecord record_;
  std::string event_name_;
  std::string keys_;
  bool service_ = false;
  bool had_new_image_ = false;
};

simdjson::error_code text_of(ondemand::value value, std::string& out) {
  std::string_view text;
  SIMDJSON_TRY(value.get_string().get(text));
  out = text;
  return simdjson::SUCCESS;
}

simdjson::error_code RecordReader::read(ondemand::object record) {
  for (auto entry : record) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(entry).get(field));
    const ondemand::raw_json_string name = field.key();
    if (name == "eventID") SIMDJSON_TRY(text_of(field.value(), record_.event_id));
    if (name == "eventName") SIMDJSON_TRY(text_of(field.value(), event_name_));
    ondemand::object object;
    if (name == "dynamodb") {
      SIMDJSON_TRY(field.value().get_object().get(object));
      SIMDJSON_TRY(read_change(object));
    }
    if (name == "userIdentity" && field.value().get_object().get(object) == simdjson::SUCCESS)
      SIMDJSON_TRY(read_identity(object));
  }
  return simdjson::SUCCESS;
}

simdjson::error_code RecordReader::read_change(ondemand::object change) {
  for (auto entry : change) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(entry).get(field));
    const ondemand::raw_json_string name = field.key();
    if (name == "SequenceNumber") SIMDJSON_TRY(text_of(field.value(), record_.sequence_number));
    if (name == "ApproximateCreationDateTime") {
      double seconds = 0;
      SIMDJSON_TRY(field.value().get_double().get(seconds));
      record_.created_ms = std::llround(seconds * 1000);
    }
    ondemand::object object;
    if (name != "Keys" && name != "NewImage" && name != "OldImage") continue;
    SIMDJSON_TRY(field.value().get_object().get(object));
    if (name == "Keys") SIMDJSON_TRY(read_keys(object));
    if (name == "NewImage") SIMDJSON_TRY(read_new_image(object));
    if (name == "OldImage") read_old_image(object);
  }
  return simdjson::SUCCESS;
}

simdjson::error_code RecordReader::read_keys(ondemand::object keys) {
  const bool good = scratch_.documents.read_key(keys);
  if (good) record_.key = scratch_.documents.key();
  auto text = raw_text(scratch_.source, keys);
  if (!text) return simdjson::TAPE_ERROR;
  keys_ = *std::move(text);
  if (!good && !record_.rejected)
    record_.rejected = Rejected{keys_, {}, scratch_.documents.reason()};
  return simdjson::SUCCESS;
}

simdjson::error_code RecordReader::read_new_image(ondemand::object image) {
  had_new_image_ = true;
  if (scratch_.documents.read(image)) {
    MappedDocument mapped = scratch_.documents.finish();
    record_.new_image = std::move(mapped.bson);
    record_.new_token = std::move(mapped.token);
    record_.own_id = mapped.own_id;
    return simdjson::SUCCESS;
  }
  const std::string reason = scratch_.documents.reason();
  record_.new_token = token_of(image);
  auto text = raw_text(scratch_.source, image);
  if (!text) return simdjson::TAPE_ERROR;
  record_.rejected = Rejected{*std::move(text), {}, reason};
  return simdjson::SUCCESS;
}

/// One that cannot be mapped is not known: only its token counts.
void RecordReader::read_old_image(ondemand::object image) {
  record_.had_old_image = true;
  if (with_before_ && scratch_.documents.read(image))
    record_.before = Former{scratch_.documents.finish().bson};
  record_.old_token = token_of(image);
}

std::optional<WriteToken> RecordReader::token_of(ondemand::object& image) {
  ondemand::value reserved;
  scratch_.source.texts.rewind();
  if (!scratch_.source.restart(image) ||
      image.find_field_unordered(rules_.options.reserved).get(reserved) != simdjson::SUCCESS)
    return std::nullopt;
  return read_token(scratch_.source, reserved);
}

simdjson::error_code RecordReader::read_identity(ondemand::object identity) {
  std::string type;
  std::string principal;
  for (auto entry : identity) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(entry).get(field));
    const ondemand::raw_json_string name = field.key();
    if (name == "type" || name == "Type") SIMDJSON_TRY(text_of(field.value(), type));
    if (name == "principalId" || name == "PrincipalId")
      SIMDJSON_TRY(text_of(field.value(), principal));
  }
  service_ = type == "Service" && principal == kService;
  return simdjson::SUCCESS;
}

StreamRecord RecordReader::finish() {
  const bool known = event_name_ == "INSERT" || event_name_ == "MODIFY" || event_name_ == "REMOVE";
  record_.time_to_live = !had_new_image_ && (service_ || !known);
  if (with_before_ && !record_.had_old_image && event_name_ == "INSERT") record_.before = Former{};
  if (record_.key.bson.empty() && !record_.rejected)
    record_.rejected = Rejected{keys_, {}, "The stream record has no keys."};
  if (record_.rejected) record_.rejected->key = keys_;
  return std::move(record_);
}

simdjson::error_code read_page(Scratch& scratch, const Rules& rules, bool with_before,
                               ondemand::object top, RecordsPage& page) {
  for (auto entry : top) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(entry).get(field));
    const ondemand::raw_json_string name = field.key();
    ondemand::value value = field.value();
    if (name == "NextShardIterator" && !value.is_null())
      SIMDJSON_TRY(text_of(value, page.next_iterator));
    if (name != "Records") continue;
    ondemand::array records;
    SIMDJSON_TRY(value.get_array().get(records));
    for (auto element : records) {
      ondemand::object object;
      SIMDJSON_TRY(std::move(element).get_object().get(object));
      RecordReader reader(scratch, rules, with_before);
      SIMDJSON_TRY(reader.read(object));
      page.records.push_back(reader.finish());
    }
  }
  return scratch.source.finished() ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

}  // namespace

Result<RecordsPage> Mapper::read_records_page(std::string& body, bool with_before) const {
  auto scratch = impl_->scratches.take();
  RecordsPage page;
  ondemand::object top;
  auto error = open_body(scratch->source, body, top);
  if (error == simdjson::SUCCESS) error = read_page(*scratch, impl_->rules, with_before, top, page);
  if (error != simdjson::SUCCESS) return broken_body(error);
  return page;
}

}  // namespace crossfade::codec
