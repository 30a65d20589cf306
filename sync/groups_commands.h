#pragma once

#include "sync/cli_arguments.h"
#include "sync/cli_context.h"

namespace crossfade::sync {

/// The commands about groups: clients of the admin endpoint. Each returns its exit code.
/// `rollout ramp`, `rollback`, `recover`, `complete`, `cancel`.
int move_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin);
/// `next`, `why`, `audit`, `rollout rules`, `rollout versions`, `rollout clients`.
int group_command(const CliContext& context, const CliArguments& arguments,
                  const AdminConfig& admin);
/// `rollout clients --forget`.
int forget_client_command(const CliContext& context, const CliArguments& arguments,
                          const AdminConfig& admin);

}  // namespace crossfade::sync
