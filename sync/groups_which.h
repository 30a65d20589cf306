#pragma once

#include <string>

#include "sync/admin_client.h"
#include "sync/cli_arguments.h"

namespace crossfade::sync {

/// `/v1/groups/<group>`: of the group that the command names, else of the service's only one. The
/// error says which groups there are.
Result<std::string> group_path(AdminClient& client, const GroupArguments& arguments);

}  // namespace crossfade::sync
