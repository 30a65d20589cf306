#pragma once

#include <string>

#include "common/base/result.h"

namespace crossfade::dynamo {

/// Runs `command` by the shell without standard input and returns what it writes to standard
/// output, at most 64 KB. Blocks for at most a minute, then kills it. Fault::credentials when it
/// does not end with 0: only credential_process uses this.
Result<std::string> run_command(const std::string& command);

}  // namespace crossfade::dynamo
