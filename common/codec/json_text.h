#pragma once

#include <string>
#include <string_view>

namespace crossfade::codec {

/// Appends `text` as a JSON string with its quotes. False when it is not valid UTF-8 (halves of
/// surrogate pairs included); `out` is then of no use.
bool append_json_text(std::string& out, std::string_view text);

}  // namespace crossfade::codec
