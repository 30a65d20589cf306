#include "common/dynamo/credential_chain.h"

#include "common/dynamo/credential_environment.h"

namespace crossfade::dynamo {

CredentialChain make_credential_chain(const Environment& environment,
                                      const ChainOptions& /*options*/, const Parts& /*parts*/) {
  CredentialChain chain;
  chain.push_back(std::make_unique<EnvironmentCredentials>(environment));
  return chain;
}

}  // namespace crossfade::dynamo
