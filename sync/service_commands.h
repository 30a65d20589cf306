#pragma once

#include "sync/cli_arguments.h"
#include "sync/cli_context.h"

namespace crossfade::sync {

/// The commands that ask a running service. Each returns its exit code.
int status_command(const CliContext& context, const CliArguments& arguments,
                   const AdminConfig& admin);
int wait_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin);
/// `violations list` and `deadletters list`.
int list_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin);

}  // namespace crossfade::sync
