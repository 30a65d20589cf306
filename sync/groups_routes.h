#pragma once

#include "rollout/groups.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// What is told of groups; changes nothing. 404 for a group that is not there.
///   GET /v1/groups
///   GET /v1/groups/{group}, .../next, .../why, .../rules, .../clients, .../versions?limit=100
/// One thread only. The groups outlive it, and it the routes.
class GroupsRoutes {
 public:
  explicit GroupsRoutes(rollout::Groups& groups) : groups_(groups) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> all(RouteCall call);
  Task<AdminReply> one(RouteCall call);
  Task<AdminReply> next(RouteCall call);
  Task<AdminReply> why(RouteCall call);
  Task<AdminReply> rules(RouteCall call);
  Task<AdminReply> clients(RouteCall call);
  Task<AdminReply> versions(RouteCall call);

  rollout::Groups& groups_;
};

}  // namespace crossfade::sync
