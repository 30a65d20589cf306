#pragma once

#include "sync/config.h"
#include "sync/config_key.h"

namespace crossfade::sync {

/// `authority: dynamodb | mongodb | {mongodb: {percent, allow, deny, salt}}`. Comes after
/// `subject`, which the last form needs.
ConfigKey<LinkConfig> authority_key();

}  // namespace crossfade::sync
