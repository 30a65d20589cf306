#pragma once

#include <memory>
#include <set>

#include "common/dynamo/profiles.h"
#include "common/dynamo/sts.h"

namespace crossfade::dynamo {

/// What a role in a profile may name as `credential_source`.
struct CredentialSources {
  std::shared_ptr<CredentialProvider> environment;
  std::shared_ptr<CredentialProvider> container;
  std::shared_ptr<CredentialProvider> metadata;
};

/// A profile of the AWS files: a role (with source_profile, credential_source or
/// web_identity_token_file), keys, or a credential_process. The files are read anew each time.
class ProfileCredentials final : public CredentialProvider {
 public:
  /// Which of these are looked for: users expect a role to go before, and keys to go after, the
  /// web identity of the environment.
  enum class Part { role, keys, all };

  struct Options {
    std::string profile;
    Part part = Part::all;
    bool required = false;  ///< a profile that is missing or has nothing is an error
  };

  ProfileCredentials(Options options, const Environment& environment, const Parts& parts,
                     std::shared_ptr<Sts> sts, CredentialSources sources);

  std::string_view name() const override { return name_; }
  Task<Result<std::optional<Credentials>>> load() override;

 private:
  using Found = Result<std::optional<Credentials>>;

  Task<Found> find(const ProfileFiles& files, const std::string& profile, Part part,
                   std::set<std::string>& seen);
  Task<Found> find_role(const ProfileFiles& files, const std::string& profile,
                        std::set<std::string>& seen);
  Task<Found> find_keys(const ProfileFiles& files, const std::string& profile);
  Task<Found> find_source(const ProfileFiles& files, const std::string& profile,
                          std::set<std::string>& seen);

  Options options_;
  std::string name_;
  const Environment& environment_;
  Parts parts_;
  std::shared_ptr<Sts> sts_;
  CredentialSources sources_;
};

}  // namespace crossfade::dynamo
