#pragma once

#include "rollout/groups.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// The verbs that move write authority:
///   POST /v1/groups/{group}/ramp, .../rollback, .../recover, .../complete, .../cancel
/// The answer says what came of it (`outcome`), and so does its status: 200 done or planned, 202
/// completing, 408 undone, 409 refused, 412 a guard is unmet.
/// One thread only. The groups outlive it, and it the routes.
class GroupsMoveRoutes {
 public:
  explicit GroupsMoveRoutes(rollout::Groups& groups) : groups_(groups) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> move(rollout::Verb verb, RouteCall call);

  rollout::Groups& groups_;
};

}  // namespace crossfade::sync
