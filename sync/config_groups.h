#pragma once

#include "sync/config_schema.h"

namespace crossfade::sync {

/// The list of groups. Comes after the links, which it refers to.
ConfigKey<ConfigDraft> groups_key();

}  // namespace crossfade::sync
