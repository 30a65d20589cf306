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
};

/// Creates the control table that the configuration names, unless it is there. Fault::forbidden
/// when the account may not: the detail is then the command by which somebody else can.
using ControlTableMaker = std::function<Result<ControlTableMade>(const Config&)>;

struct CliContext;

/// `crossfade init`.
int init_command(const CliContext& context, const Config& config, bool json);

}  // namespace crossfade::sync
