#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/codec/attribute.h"

namespace crossfade::codec {

/// Opens a JSON body whose top level is an object. `body` must outlive the reading; it is given the
/// parser's padding, and bytes that are not UTF-8 become lone surrogates (`\udcXX`), so that one
/// bad value refuses one item and not the whole page.
simdjson::error_code open_body(JsonSource& source, std::string& body, ondemand::object& top);

/// The error for a body that does not read as what it should be: a torn answer, worth another call.
Error broken_body(simdjson::error_code error);

/// The JSON of an object as it came, whatever was read of it before. Nothing: the body is broken.
std::optional<std::string> raw_text(JsonSource& source, ondemand::object& object);

/// Invalid bytes of a body as `\udcXX`.
std::string mend_utf8(std::string_view body);

}  // namespace crossfade::codec
