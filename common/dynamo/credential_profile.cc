#include "common/dynamo/credential_profile.h"

#include <fmt/core.h>

#include "common/dynamo/credential_files.h"
#include "common/dynamo/credential_json.h"
#include "common/dynamo/credential_web_identity.h"

namespace crossfade::dynamo {
namespace {

Error profile_error(const std::string& profile, std::string_view what) {
  return fail(Fault::credentials, fmt::format("The AWS profile {} {}.", profile, what));
}

std::string source_of(const std::string& profile) {
  return "profile " + profile;
}

Result<std::optional<Credentials>> keys_in(const ProfileMap& profiles, const std::string& profile) {
  const auto found = profiles.find(profile);
  if (found == profiles.end()) return std::nullopt;
  const auto value = [&](const char* key) {
    const auto setting = found->second.find(key);
    return setting == found->second.end() ? std::string() : setting->second;
  };
  Credentials keys;
  keys.access_key = value("aws_access_key_id");
  keys.secret_key = value("aws_secret_access_key");
  keys.session_token = value("aws_session_token");
  keys.source = source_of(profile);
  if (keys.access_key.empty() && keys.secret_key.empty()) return std::nullopt;
  if (keys.access_key.empty() || keys.secret_key.empty()) {
    return profile_error(profile, "has an access key without its secret, or the other way round");
  }
  return keys;
}

Role role_in(const ProfileFiles& files, const std::string& profile) {
  Role role;
  role.arn = files.value(profile, "role_arn");
  role.session_name = files.value(profile, "role_session_name");
  role.external_id = files.value(profile, "external_id");
  role.duration_seconds = files.value(profile, "duration_seconds");
  return role;
}

bool signs_in_with_sso(const ProfileFiles& files, const std::string& profile) {
  return !files.value(profile, "sso_start_url").empty() ||
         !files.value(profile, "sso_session").empty();
}

}  // namespace

ProfileCredentials::ProfileCredentials(Options options, const Environment& environment,
                                       const Parts& parts, std::shared_ptr<Sts> sts,
                                       CredentialSources sources)
    : options_(std::move(options)),
      name_(fmt::format("{} of profile {}", options_.part == Part::role ? "the role" : "the keys",
                        options_.profile)),
      environment_(environment),
      parts_(parts),
      sts_(std::move(sts)),
      sources_(std::move(sources)) {}

Task<Result<std::optional<Credentials>>> ProfileCredentials::load() {
  CO_TRY(const ProfileFiles files, co_await read_profiles(environment_, parts_));
  if (options_.required && !files.has(options_.profile)) {
    co_return profile_error(options_.profile, "is in neither of the AWS files");
  }
  std::set<std::string> seen;
  CO_TRY(auto found, co_await find(files, options_.profile, options_.part, seen));
  if (!found && options_.required) {
    co_return profile_error(options_.profile, "names neither keys nor a role nor a process");
  }
  co_return found;
}

Task<ProfileCredentials::Found> ProfileCredentials::find(const ProfileFiles& files,
                                                         const std::string& profile, Part part,
                                                         std::set<std::string>& seen) {
  // A role may name its own profile as the source of the keys that assume it.
  const bool first_visit = seen.insert(profile).second;
  if (part != Part::keys && first_visit && !files.value(profile, "role_arn").empty()) {
    co_return co_await find_role(files, profile, seen);
  }
  if (part == Part::role) co_return std::nullopt;
  co_return co_await find_keys(files, profile);
}

Task<ProfileCredentials::Found> ProfileCredentials::find_role(const ProfileFiles& files,
                                                              const std::string& profile,
                                                              std::set<std::string>& seen) {
  const Role role = role_in(files, profile);
  const std::string token_file = files.value(profile, "web_identity_token_file");
  if (!token_file.empty()) {
    CO_TRY(Credentials found,
           co_await load_web_identity(environment_, parts_, *sts_, role, token_file));
    co_return found;
  }
  if (!files.value(profile, "mfa_serial").empty()) {
    co_return profile_error(profile, "asks for a code (mfa_serial), which a service cannot enter");
  }
  CO_TRY(const auto source, co_await find_source(files, profile, seen));
  if (!source) co_return profile_error(profile, "has a role, but no keys to assume it with");
  CO_TRY(Credentials found, co_await sts_->assume_role(role, *source));
  co_return found;
}

Task<ProfileCredentials::Found> ProfileCredentials::find_source(const ProfileFiles& files,
                                                                const std::string& profile,
                                                                std::set<std::string>& seen) {
  const std::string other = files.value(profile, "source_profile");
  if (!other.empty()) {
    if (!files.has(other)) {
      co_return profile_error(profile, "names a source_profile that does not exist: " + other);
    }
    co_return co_await find(files, other, Part::all, seen);
  }
  const std::string source = files.value(profile, "credential_source");
  if (source == "Environment") co_return co_await sources_.environment->load();
  if (source == "EcsContainer") co_return co_await sources_.container->load();
  if (source == "Ec2InstanceMetadata") co_return co_await sources_.metadata->load();
  co_return profile_error(profile, "has a role, but no source_profile or known credential_source");
}

Task<ProfileCredentials::Found> ProfileCredentials::find_keys(const ProfileFiles& files,
                                                              const std::string& profile) {
  CO_TRY(auto shared, keys_in(files.credentials, profile));
  if (shared) co_return shared;
  const std::string process = files.value(profile, "credential_process");
  if (!process.empty()) {
    CO_TRY(const std::string output, co_await run_process(environment_, parts_, process));
    CO_TRY(Credentials found, parse_credentials(output, source_of(profile)));
    co_return found;
  }
  CO_TRY(auto configured, keys_in(files.config, profile));
  if (!configured && signs_in_with_sso(files, profile)) {
    co_return profile_error(profile,
                            "signs in with SSO, which needs a person; give it a credential_process "
                            "such as `aws configure export-credentials --profile NAME --format "
                            "process`");
  }
  co_return configured;
}

}  // namespace crossfade::dynamo
