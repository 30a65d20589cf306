#include "sync/admin_routes.h"

namespace crossfade::sync {
namespace {

bool addressed_to_this_machine(std::string host) {
  if (const auto port = host.rfind(':'); port != std::string::npos && !host.ends_with(']')) {
    host.resize(port);
  }
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
  return host.empty() || host == "localhost" || host == "[::1]" ||
         (numeric && host.starts_with("127."));
}

}  // namespace

AdminRoutes::AdminRoutes(const AdminParts& parts, bool local)
    : groups_(parts.groups == nullptr ? no_groups_ : *parts.groups),
      links_(parts.view, groups_),
      parked_(parts.view),
      of_groups_(groups_),
      moves_(groups_),
      clients_(groups_),
      local_(local) {
  links_.add_to(table_);
  parked_.add_to(table_);
  of_groups_.add_to(table_);
  moves_.add_to(table_);
  clients_.add_to(table_);
}

Task<AdminReply> AdminRoutes::answer(AdminRequest request) {
  if (local_ && !addressed_to_this_machine(request.host)) {
    co_return problem(403, "This endpoint only answers requests addressed to this machine.");
  }
  std::string what;
  try {
    RouteTable::Match match = table_.find(std::move(request));
    if (match.route == nullptr) co_return std::move(match.refusal);
    co_return co_await match.route->handler(std::move(match.call));
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return problem(500, what);
}

}  // namespace crossfade::sync
