#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace crossfade::sync {

/// The bearer token in a file: one line of 16 to 1024 visible characters. The file must belong to
/// us and be readable by nobody else (0600 or stricter), which is looked at on the file that is
/// opened and not on its name. Fault::invalid with one sentence; the token is in no error.
Result<std::string> read_token(const std::string& file);

/// Whether an Authorization header carries the token. Takes as long whatever the header says.
bool carries_token(std::string_view authorization, std::string_view token);

}  // namespace crossfade::sync
