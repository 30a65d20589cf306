#pragma once

#include "sync/config.h"
#include "sync/config_key.h"

namespace crossfade::sync {

/// `subject: {attribute: pk, pattern: "USER#(.*)"}`
ConfigKey<LinkConfig> subject_key();

}  // namespace crossfade::sync
