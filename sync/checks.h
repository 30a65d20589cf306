#pragma once

#include <vector>

#include "sync/check_command.h"

namespace crossfade::sync {

/// What `crossfade check` looks at: the data_dir, MongoDB, then for each link its table, stream and
/// collection.
/// Changes nothing.
Task<std::vector<CheckLine>> check_all(const Config& config, Executor executor);

}  // namespace crossfade::sync
