#include "sync/admin_routes.h"

#include "sync/token_file.h"

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

/// A web page sends its own address along with a change; only pages of this endpoint may make one.
bool from_a_foreign_page(const AdminRequest& head) {
  if (head.method == "GET" || head.origin.empty()) return false;
  return head.origin != "http://" + head.host && head.origin != "https://" + head.host;
}

AdminReply needs_token() {
  AdminReply reply = problem(401, "This endpoint needs the token of admin.token_file.");
  reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

template <class Part>
Part& given(Part* part, Part& otherwise) {
  return part == nullptr ? otherwise : *part;
}

}  // namespace

AdminRoutes::AdminRoutes(const AdminParts& parts, AdminAccess access, const Executor& executor)
    : silence_("none", executor),
      groups_(given<rollout::Groups>(parts.groups, no_groups_)),
      audit_(given<Audit>(parts.audit, memory_)),
      calls_(audit_, given<const Clock>(parts.clock, system_clock_),
             given(parts.random, system_random_), given(parts.log, no_log_)),
      links_(parts.view, groups_),
      parked_(parts.view, calls_),
      of_groups_(groups_, audit_),
      moves_(groups_, calls_, given(parts.events, silence_)),
      clients_(groups_, calls_),
      events_(given(parts.events, silence_)),
      access_(std::move(access)) {
  links_.add_to(table_);
  parked_.add_to(table_);
  of_groups_.add_to(table_);
  moves_.add_to(table_);
  clients_.add_to(table_);
  events_.add_to(table_);
}

std::optional<AdminReply> AdminRoutes::refusal(const AdminRequest& head) const {
  if (access_.local && !addressed_to_this_machine(head.host)) {
    return problem(403, "This endpoint only answers requests addressed to this machine.");
  }
  if (from_a_foreign_page(head)) {
    return problem(403, "This endpoint takes no changes from web pages of others.");
  }
  if (access_.token.empty()) return std::nullopt;
  const Route* const route = table_.route_of(head.method, head.target);
  const bool open = route != nullptr && route->access == Access::open;
  if (open || carries_token(head.authorization, access_.token)) return std::nullopt;
  return needs_token();
}

Task<AdminReply> AdminRoutes::answer(AdminRequest request) {
  if (auto refused = refusal(request)) co_return std::move(*refused);
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
