#pragma once

#include "sync/config.h"

namespace crossfade::sync {

/// Whether the event logs find a place in the data_dir: the folder, or the nearest one above it
/// that is there, can be written to, and its disk has more room than the logs must leave free.
/// Changes nothing. What is good is told as a sentence, too. Blocks for moments.
Result<std::string> look_at_data_dir(const Config& config);

}  // namespace crossfade::sync
