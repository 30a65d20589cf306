#pragma once

#include "sync/config_schema.h"

namespace crossfade::sync {

/// `key: [pk, sk]`
ConfigKey<LinkConfig> attributes_key();
/// `types: {tags: SS}`
ConfigKey<LinkConfig> types_key();
/// `canary: {pk: crossfade-canary}`
ConfigKey<LinkConfig> canary_attributes_key();
/// The list of links. Each starts from the draft's defaults; no name, table or collection twice.
ConfigKey<ConfigDraft> links_key();

}  // namespace crossfade::sync
