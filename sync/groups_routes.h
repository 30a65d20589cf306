#pragma once

#include "rollout/groups.h"
#include "sync/audit.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// What is told of groups; changes nothing. 404 for a group that is not there.
///   GET /v1/groups
///   GET /v1/groups/{group}, .../next, .../why, .../rules, .../clients, .../versions?limit=100,
///       .../audit?limit=100
///   GET /v1/audit?limit=100    calls about links that have no group
/// One thread only. All that is handed in outlives it, and it the routes.
class GroupsRoutes {
 public:
  GroupsRoutes(rollout::Groups& groups, Audit& audit) : groups_(groups), audit_(audit) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> all(RouteCall call);
  Task<AdminReply> one(RouteCall call);
  Task<AdminReply> next(RouteCall call);
  Task<AdminReply> why(RouteCall call);
  Task<AdminReply> rules(RouteCall call);
  Task<AdminReply> clients(RouteCall call);
  Task<AdminReply> versions(RouteCall call);
  Task<AdminReply> audit(RouteCall call);

  rollout::Groups& groups_;
  Audit& audit_;
};

}  // namespace crossfade::sync
