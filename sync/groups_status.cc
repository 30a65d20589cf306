#include "sync/groups_status.h"

namespace crossfade::sync {

std::vector<LinkStatus> with_groups(std::vector<LinkStatus> links, const rollout::Groups& groups) {
  for (LinkStatus& link : links) {
    if (link.group.empty()) continue;
    const auto group = groups.view(link.group);
    if (!group) continue;
    link.version = group->state.rules.version;
    link.percent = group->state.rules.rule.percent;
    const bool begun = group->state.phase != control::GroupPhase::defined;
    if (begun && link.phase == "synced") link.phase = to_string(group->state.phase);
  }
  return links;
}

}  // namespace crossfade::sync
