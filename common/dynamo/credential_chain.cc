#include "common/dynamo/credential_chain.h"

#include "common/dynamo/credential_container.h"
#include "common/dynamo/credential_environment.h"
#include "common/dynamo/credential_metadata.h"
#include "common/dynamo/credential_profile.h"
#include "common/dynamo/credential_web_identity.h"

namespace crossfade::dynamo {

CredentialChain make_credential_chain(const Environment& environment, const ChainOptions& options,
                                      const Parts& parts) {
  auto http = std::make_shared<CredentialHttp>(parts, options.ca_file, options.metadata_timeout);
  auto sts = std::make_shared<Sts>(environment, options.region, http, parts);
  CredentialSources sources;
  sources.environment = std::make_shared<EnvironmentCredentials>(environment);
  sources.container = std::make_shared<ContainerCredentials>(environment, parts, http);
  sources.metadata = std::make_shared<MetadataCredentials>(environment, http);

  using Part = ProfileCredentials::Part;
  CredentialChain chain;
  const auto add_profile = [&](Part part, bool required) {
    ProfileCredentials::Options profile{profile_in_use(options.profile, environment), part,
                                        required};
    chain.push_back(
        std::make_shared<ProfileCredentials>(std::move(profile), environment, parts, sts, sources));
  };
  if (!options.profile.empty()) {
    add_profile(Part::all, true);
    return chain;
  }
  chain.push_back(sources.environment);
  add_profile(Part::role, false);
  chain.push_back(std::make_shared<WebIdentityCredentials>(environment, parts, sts));
  add_profile(Part::keys, false);
  chain.push_back(sources.container);
  chain.push_back(sources.metadata);
  return chain;
}

}  // namespace crossfade::dynamo
