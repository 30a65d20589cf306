#pragma once

#include "sync/admin_reply.h"
#include "sync/admin_request.h"
#include "sync/groups_client_routes.h"
#include "sync/groups_move_routes.h"
#include "sync/groups_routes.h"
#include "sync/link_routes.h"
#include "sync/no_groups.h"
#include "sync/parked_routes.h"

namespace crossfade::sync {

/// What the admin endpoint speaks for. All of it outlives the endpoint.
struct AdminParts {
  AdminParts(ServiceView& service) : view(service) {}  // NOLINT: a service is all that it needs

  ServiceView& view;
  rollout::Groups* groups = nullptr;  ///< null: a service without groups
};

/// What the admin endpoint answers, without any network: the table of its routes, which each family
/// of routes describes in its header, and who may ask. One thread only.
class AdminRoutes {
 public:
  static constexpr int kWaiters = LinkRoutes::kWaiters;
  static constexpr std::size_t kListingBytes = ParkedRoutes::kListingBytes;

  /// `local`: the endpoint listens on this machine alone. Only requests that were addressed to this
  /// machine are answered then, so that no web page can read it through a name of its own.
  AdminRoutes(const AdminParts& parts, bool local);
  AdminRoutes(const AdminRoutes&) = delete;
  AdminRoutes& operator=(const AdminRoutes&) = delete;

  /// Never throws. Cancel: a wait ends when the view's or the groups' wait ends.
  Task<AdminReply> answer(AdminRequest request);
  const RouteTable& table() const { return table_; }

 private:
  NoGroups no_groups_;
  rollout::Groups& groups_;
  LinkRoutes links_;
  ParkedRoutes parked_;
  GroupsRoutes of_groups_;
  GroupsMoveRoutes moves_;
  GroupsClientRoutes clients_;
  RouteTable table_;
  bool local_;
};

}  // namespace crossfade::sync
