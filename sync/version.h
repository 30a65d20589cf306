#pragma once

#include <string>

namespace crossfade::sync {

/// `0.1.0`, as in the project's CMakeLists.txt.
std::string version();

}  // namespace crossfade::sync
