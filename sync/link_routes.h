#pragma once

#include <string>

#include "rollout/groups.h"
#include "sync/route_table.h"
#include "sync/status.h"

namespace crossfade::sync {

/// What is told of the service and its links; changes nothing.
///   /healthz                 200 while the process lives
///   /readyz                  200, or 503 with the links that do not run
///   /v1/links                as `crossfade status --json` prints it
///   /v1/links/{link}         one link
///   /v1/links/{link}/wait?until=copied|synced|drained&timeout_ms=60000
///                            200 when it holds, 408 when the time ran out, 409 when the link has
///                            stopped; at most kWaiters at a time
///   /metrics                 Prometheus text
/// One thread only. View and groups outlive it, and it the routes.
class LinkRoutes {
 public:
  static constexpr int kWaiters = 32;

  LinkRoutes(ServiceView& view, const rollout::Groups& groups) : view_(view), groups_(groups) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> alive(RouteCall call);
  Task<AdminReply> ready(RouteCall call);
  Task<AdminReply> links(RouteCall call);
  Task<AdminReply> link(RouteCall call);
  Task<AdminReply> wait(RouteCall call);
  Task<AdminReply> metrics(RouteCall call);

  ServiceView& view_;
  const rollout::Groups& groups_;
  int waiters_ = 0;
};

}  // namespace crossfade::sync
