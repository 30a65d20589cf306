#pragma once

#include <functional>
#include <string>

#include "common/base/result.h"
#include "sync/config.h"

namespace crossfade::sync {

/// What came of making the control table.
struct ControlTableMade {
  std::string table;
  bool created = false;  ///< false: it was there
  bool missing = false;  ///< of a dry run: it would be created
  std::string by_hand;   ///< of a dry run: the command that does the same
};

/// Creates the control table that the configuration names, unless it is there or this is a dry
/// run. Fault::forbidden when the account may not: the sentence then holds the command by which
/// somebody else can.
using ControlTableMaker = std::function<Result<ControlTableMade>(const Config&, bool dry_run)>;

struct CliArguments;
struct CliContext;

/// `crossfade init`.
int init_command(const CliContext& context, const Config& config, const CliArguments& arguments);

}  // namespace crossfade::sync
