#pragma once

#include "rollout/groups.h"
#include "sync/audited_calls.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// What application processes ask:
///   POST   /v1/groups/{group}/clients/{client}/lease    renews the lease; a long poll
///   DELETE /v1/groups/{group}/clients/{client}          a process that will not come back
///   POST   /v1/groups/{group}/shadow-reads              comparisons of sampled reads
/// At most kLongPolls wait at a time; one more is answered at once, with the rules as they are.
/// One thread only. All that is handed in outlives it, and it the routes.
class GroupsClientRoutes {
 public:
  static constexpr int kLongPolls = 400;

  GroupsClientRoutes(rollout::Groups& groups, AuditedCalls& calls)
      : groups_(groups), calls_(calls) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> lease(RouteCall call);
  Task<AdminReply> forget(RouteCall call);
  AdminReply would_forget(const std::string& group, const std::string& client) const;
  Task<Changed> perform_forget(std::string group, std::string client);
  Task<AdminReply> shadow_reads(RouteCall call);

  rollout::Groups& groups_;
  AuditedCalls& calls_;
  int polls_ = 0;
};

}  // namespace crossfade::sync
