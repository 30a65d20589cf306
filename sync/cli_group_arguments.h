#pragma once

#include <CLI/CLI.hpp>

#include "sync/cli_arguments.h"

namespace crossfade::sync {

/// Adds the verbs of groups to the command line: `rollout ramp|rules|versions|clients`, `rollback`,
/// `recover`, `complete`, `cancel`, `next`, `why`, `audit`.
void add_group_verbs(CLI::App& app, CliArguments& into);

/// `--reason` and `--who`, of everything that leaves an entry in the audit.
void add_statement(CLI::App& command, GroupArguments& into);

/// `--dry-run`, of every verb that changes something.
void add_dry_run(CLI::App& command, GroupArguments& into);

}  // namespace crossfade::sync
