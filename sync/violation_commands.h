#pragma once

#include "sync/cli_arguments.h"
#include "sync/cli_context.h"

namespace crossfade::sync {

/// `violations show` and `violations resolve`: clients of the admin endpoint. Each returns its exit
/// code.
int show_violation_command(const CliContext& context, const CliArguments& arguments,
                           const AdminConfig& admin);
int resolve_violation_command(const CliContext& context, const CliArguments& arguments,
                              const AdminConfig& admin);

}  // namespace crossfade::sync
