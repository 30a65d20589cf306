#pragma once

#include <functional>

#include "common/base/result.h"

namespace crossfade::dynamo {

/// Asked at the last moment before something is sent, behind every wait for a connection or between
/// attempts: an error means that it must not be, and is what the call returns. Empty: always.
using MaySend = std::function<Result<void>()>;

}  // namespace crossfade::dynamo
