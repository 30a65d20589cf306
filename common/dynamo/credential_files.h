#pragma once

#include <string>

#include "common/dynamo/environment.h"
#include "common/dynamo/parts.h"
#include "common/dynamo/profiles.h"

namespace crossfade::dynamo {

/// Files and commands that credentials come from, read on the pool's threads.

/// A token without the blanks around it. Fault::credentials when it cannot be read or is empty.
Task<Result<std::string>> read_token(const Environment& environment, const Parts& parts,
                                     std::string path);
Task<Result<ProfileFiles>> read_profiles(const Environment& environment, const Parts& parts);
Task<Result<std::string>> run_process(const Environment& environment, const Parts& parts,
                                      std::string command);

}  // namespace crossfade::dynamo
