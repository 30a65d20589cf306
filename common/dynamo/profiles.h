#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/dynamo/environment.h"

namespace crossfade::dynamo {

using Profile = std::map<std::string, std::string>;
using ProfileMap = std::map<std::string, Profile>;

/// The AWS files of the user: `config` knows regions, roles and processes, `credentials` keys.
struct ProfileFiles {
  ProfileMap config;
  ProfileMap credentials;

  /// The setting of a profile, from the credentials file or else the config file; empty when unset.
  std::string value(const std::string& profile, const std::string& key) const;
  bool has(const std::string& profile) const;
};

/// Sections of an AWS file by profile name. Of a config file only `[default]` and `[profile x]`
/// count. Nested settings (indented lines) are left out.
ProfileMap parse_profiles(std::string_view text, bool config_file);

/// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/config and ~/.aws/credentials; a
/// missing file is empty. Blocks.
Result<ProfileFiles> read_profile_files(const Environment& environment);

/// The profile in use: `configured`, else AWS_PROFILE, AWS_DEFAULT_PROFILE, `default`.
std::string profile_in_use(const std::string& configured, const Environment& environment);

}  // namespace crossfade::dynamo
