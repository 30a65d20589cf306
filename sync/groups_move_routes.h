#pragma once

#include "rollout/groups.h"
#include "sync/audited_calls.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// The verbs that move write authority:
///   POST /v1/groups/{group}/ramp, .../rollback, .../recover, .../complete, .../cancel
/// The answer says what came of it (`outcome`), and so does its status: 200 done or planned, 202
/// completing, 408 undone, 409 refused, 412 a guard is unmet. A client that leaves does not stop
/// it. One thread only. All that is handed in outlives it, and it the routes.
class GroupsMoveRoutes {
 public:
  GroupsMoveRoutes(rollout::Groups& groups, AuditedCalls& calls) : groups_(groups), calls_(calls) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> move(rollout::Verb verb, RouteCall call);
  Task<Changed> perform(std::string group, rollout::MoveRequest request);

  rollout::Groups& groups_;
  AuditedCalls& calls_;
};

}  // namespace crossfade::sync
