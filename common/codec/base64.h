#pragma once

#include <string>
#include <string_view>

namespace crossfade::codec {

/// Padded standard base64, as DynamoDB's JSON carries binaries.
void append_base64(std::string& out, std::string_view bytes);

/// Appends the bytes that `text` stands for. False, and `out` of no use, when it is not padded
/// base64.
bool append_from_base64(std::string& out, std::string_view text);

}  // namespace crossfade::codec
