#include "sync/groups_routes.h"

#include "sync/groups_json.h"

namespace crossfade::sync {
namespace {

constexpr std::int64_t kLargestListing = 1000;

}  // namespace

void GroupsRoutes::add_to(RouteTable& table) {
  const auto get = [&](const char* pattern, Task<AdminReply> (GroupsRoutes::*answer)(RouteCall)) {
    auto handler = [this, answer](RouteCall call) { return (this->*answer)(std::move(call)); };
    table.add({"GET", pattern, handler});
  };
  get("/v1/groups", &GroupsRoutes::all);
  get("/v1/groups/{group}", &GroupsRoutes::one);
  get("/v1/groups/{group}/next", &GroupsRoutes::next);
  get("/v1/groups/{group}/why", &GroupsRoutes::why);
  get("/v1/groups/{group}/rules", &GroupsRoutes::rules);
  get("/v1/groups/{group}/versions", &GroupsRoutes::versions);
  get("/v1/groups/{group}/clients", &GroupsRoutes::clients);
  get("/v1/groups/{group}/audit", &GroupsRoutes::audit);
  get("/v1/audit", &GroupsRoutes::audit);
}

Task<AdminReply> GroupsRoutes::all(RouteCall /*call*/) {
  co_return AdminReply{.body = groups_json(groups_)};
}

Task<AdminReply> GroupsRoutes::one(RouteCall call) {
  const auto view = groups_.view(call.in_path("group"));
  if (!view) co_return problem(view.error());
  co_return AdminReply{.body = group_json(*view)};
}

Task<AdminReply> GroupsRoutes::next(RouteCall call) {
  const std::string group = call.in_path("group");
  const auto view = groups_.view(group);
  if (!view) co_return problem(view.error());
  const auto verbs = groups_.next(group);
  if (!verbs) co_return problem(verbs.error());
  co_return AdminReply{.body = next_json(view->state, *verbs)};
}

Task<AdminReply> GroupsRoutes::why(RouteCall call) {
  const auto view = groups_.view(call.in_path("group"));
  if (!view) co_return problem(view.error());
  co_return AdminReply{.body = why_json(*view)};
}

Task<AdminReply> GroupsRoutes::rules(RouteCall call) {
  const auto view = groups_.view(call.in_path("group"));
  if (!view) co_return problem(view.error());
  co_return AdminReply{.body = rules_json(view->state.rules)};
}

Task<AdminReply> GroupsRoutes::clients(RouteCall call) {
  const std::string group = call.in_path("group");
  const auto view = groups_.view(group);
  if (!view) co_return problem(view.error());
  co_return AdminReply{.body = clients_json(group, groups_.clients(group))};
}

Task<AdminReply> GroupsRoutes::versions(RouteCall call) {
  const std::string group = call.in_path("group");
  const auto limit = call.number("limit", 100, kLargestListing);
  if (!limit) co_return problem(400, "\"limit\" must be a number up to 1000.");
  const auto versions = co_await groups_.versions(group, static_cast<int>(*limit));
  if (!versions) co_return problem(versions.error());
  co_return AdminReply{.body = versions_json(group, *versions)};
}

Task<AdminReply> GroupsRoutes::audit(RouteCall call) {
  const std::string group = call.in_path("group");
  const auto limit = call.number("limit", 100, kLargestListing);
  if (!limit) co_return problem(400, "\"limit\" must be a number up to 1000.");
  if (!group.empty()) {
    if (const auto known = groups_.view(group); !known) co_return problem(known.error());
  }
  const auto entries = co_await audit_.newest(group, static_cast<int>(*limit));
  if (!entries) co_return problem(entries.error());
  co_return AdminReply{.body = audit_json(group, *entries)};
}

}  // namespace crossfade::sync
