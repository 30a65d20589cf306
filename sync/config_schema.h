#pragma once

#include <string>
#include <vector>

#include "sync/config.h"
#include "sync/config_key.h"

namespace crossfade::sync {

/// What a file is read into: `link` collects the defaults that links start from.
struct ConfigDraft {
  Config config;
  LinkConfig link;
};

/// Every key of a file.
ConfigSection<ConfigDraft> config_keys();
/// Every key of one link.
ConfigSection<LinkConfig> link_keys();
ConfigSection<AdminConfig> admin_keys();

/// Paths of all keys: `data_dir`, `load.segments`, `links.table`, `links.load.segments`.
std::vector<std::string> known_config_keys();

}  // namespace crossfade::sync
