#pragma once

#include <string>

#include "common/base/result.h"

namespace crossfade::control {

/// The same error; where it says that the table is not there, with what to do about it.
Error explained(Error error, const std::string& table);

}  // namespace crossfade::control
