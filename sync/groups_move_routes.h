#pragma once

#include "rollout/group_context.h"
#include "rollout/groups.h"
#include "sync/audited_calls.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// The verbs that move write authority:
///   POST /v1/groups/{group}/ramp, .../rollback, .../recover, .../complete, .../cancel
/// The answer says what came of it (`outcome`), and so does its status: 200 done or planned, 202
/// completing, 408 undone, 409 refused, 412 a guard is unmet. A client that leaves does not stop
/// it. Each guard that stands in the way is published as an event `guard`.
/// One thread only. All that is handed in outlives it, and it the routes.
class GroupsMoveRoutes {
 public:
  GroupsMoveRoutes(rollout::Groups& groups, AuditedCalls& calls, rollout::EventSink& events)
      : groups_(groups), calls_(calls), events_(events) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> move(rollout::Verb verb, RouteCall call);
  Task<Changed> perform(std::string group, rollout::MoveRequest request);

  rollout::Groups& groups_;
  AuditedCalls& calls_;
  rollout::EventSink& events_;
};

}  // namespace crossfade::sync
