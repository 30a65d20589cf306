#pragma once

#include "sync/init_command.h"

namespace crossfade::sync {

/// Makes the control table with clients of its own; see ControlTableMaker. Blocks.
Result<ControlTableMade> make_control_table(const Config& config, bool dry_run);

}  // namespace crossfade::sync
