#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/codec/attribute.h"
#include "common/codec/mapping.h"

namespace crossfade::codec {

/// Opens a JSON body whose top level is an object. `body` must outlive the reading; it is given the
/// parser's padding, and bytes that are not UTF-8 become lone surrogates (`\udcXX`), so that one
/// bad value refuses one item and not the whole page.
simdjson::error_code open_body(JsonSource& source, std::string& body, ondemand::document& document,
                               ondemand::object& top);

/// The error for a body that does not read as what it should be: a torn answer, worth another call.
Error broken_body(simdjson::error_code error);

/// The JSON of an object as it came. The object has to be reset or fresh.
std::optional<std::string> raw_text(ondemand::object object);

/// Invalid bytes of a body as `\udcXX`.
std::string mend_utf8(std::string_view body);

}  // namespace crossfade::codec
