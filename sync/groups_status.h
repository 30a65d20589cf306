#pragma once

#include <vector>

#include "rollout/groups.h"
#include "sync/status.h"

namespace crossfade::sync {

/// The links with what their groups tell: version and percentage of the rules, and, once a link is
/// synced and its group has begun, the group's phase in the place of its own.
std::vector<LinkStatus> with_groups(std::vector<LinkStatus> links, const rollout::Groups& groups);

}  // namespace crossfade::sync
