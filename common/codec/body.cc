#include "common/codec/body.h"

#include <fmt/core.h>

namespace crossfade::codec {
namespace {

/// Bytes of the character at the front, 0 when there is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const std::string_view character = text.substr(0, size);
  return character.size() == size && simdjson::validate_utf8(character) ? size : 0;
}

}  // namespace

std::string mend_utf8(std::string_view body) {
  std::string mended;
  mended.reserve(body.size() + 64);
  while (!body.empty()) {
    const std::size_t size = character_size(body);
    if (size == 0)
      mended += fmt::format("\\udc{:02x}", static_cast<unsigned char>(body.front()));
    else
      mended.append(body, 0, size);
    body.remove_prefix(size == 0 ? 1 : size);
  }
  return mended;
}

simdjson::error_code open_body(JsonSource& source, std::string& body, ondemand::object& top) {
  ondemand::document& document = source.document;
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  auto error = source.parser.iterate(body.data(), body.size(), body.capacity()).get(document);
  if (error == simdjson::UTF8_ERROR) {
    body = mend_utf8(body);
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    error = source.parser.iterate(body.data(), body.size(), body.capacity()).get(document);
  }
  if (error != simdjson::SUCCESS) return error;
  source.texts.prepare(body.size());
  return document.get_object().get(top);
}

Error broken_body(simdjson::error_code error) {
  return fail(Fault::transient,
              fmt::format("An answer of DynamoDB does not read as it should ({}).",
                          simdjson::error_message(error)));
}

std::optional<std::string> raw_text(JsonSource& source, ondemand::object& object) {
  std::string_view raw;
  if (!source.restart(object) || object.raw_json().get(raw) != simdjson::SUCCESS)
    return std::nullopt;
  return std::string(raw.substr(0, raw.rfind('}') + 1));
}

}  // namespace crossfade::codec
