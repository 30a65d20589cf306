#pragma once

#include <string>

#include "common/dynamo/credentials.h"
#include "common/dynamo/environment.h"
#include "common/dynamo/parts.h"

namespace crossfade::dynamo {

struct ChainOptions {
  std::string profile;  ///< explicit: only this profile is asked, the environment's keys are not
  std::string region;   ///< for STS
  std::string ca_file;
  Milliseconds metadata_timeout{1'000};  ///< the instance's metadata answer at once or not at all
};

/// The places that credentials may come from, in the order that AWS users expect. `environment` and
/// all of `parts` outlive the chain.
CredentialChain make_credential_chain(const Environment& environment, const ChainOptions& options,
                                      const Parts& parts);

}  // namespace crossfade::dynamo
