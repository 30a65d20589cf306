#pragma once

#include <string>
#include <vector>

#include "sync/cli_context.h"

namespace crossfade::sync {

/// The command line of the binary, without the program's name; returns the exit code. Every error
/// is one sentence `crossfade: ...` on `err`, or {"error": ...} on `out` with --json. Never throws.
int run_cli(const std::vector<std::string>& arguments, const CliContext& context);

}  // namespace crossfade::sync
