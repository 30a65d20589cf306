#pragma once

#include "sync/admin_parts.h"
#include "sync/audited_calls.h"
#include "sync/event_routes.h"
#include "sync/groups_client_routes.h"
#include "sync/groups_move_routes.h"
#include "sync/groups_routes.h"
#include "sync/link_routes.h"
#include "sync/no_groups.h"
#include "sync/parked_routes.h"

namespace crossfade::sync {

/// What the admin endpoint answers, without any network: the table of its routes, which each family
/// of routes describes in its header and deploy/openapi.yaml as a whole, and who may ask. One
/// thread only.
class AdminRoutes {
 public:
  static constexpr int kWaiters = LinkRoutes::kWaiters;
  static constexpr std::size_t kListingBytes = ParkedRoutes::kListingBytes;

  AdminRoutes(const AdminParts& parts, AdminAccess access, const Executor& executor);
  AdminRoutes(const AdminRoutes&) = delete;
  AdminRoutes& operator=(const AdminRoutes&) = delete;

  /// Why a request is not even looked at, known from its head alone: 401, 403. Nothing: it may
  /// pass.
  std::optional<AdminReply> refusal(const AdminRequest& head) const;
  /// Never throws. Cancel: a wait ends when the view's or the groups' wait ends.
  Task<AdminReply> answer(AdminRequest request);
  const RouteTable& table() const { return table_; }

 private:
  NoGroups no_groups_;
  MemoryAudit memory_;
  EventBus silence_;
  SystemClock system_clock_;
  Random system_random_ = Random::from_system();
  Log no_log_{LogLevel::off};
  rollout::Groups& groups_;
  Audit& audit_;
  AuditedCalls calls_;
  LinkRoutes links_;
  ParkedRoutes parked_;
  GroupsRoutes of_groups_;
  GroupsMoveRoutes moves_;
  GroupsClientRoutes clients_;
  EventRoutes events_;
  RouteTable table_;
  AdminAccess access_;
};

}  // namespace crossfade::sync
