#include "sync/link_routes.h"

#include <fmt/core.h>

#include <algorithm>

#include "sync/counted.h"
#include "sync/groups_status.h"
#include "sync/metrics.h"
#include "sync/status_json.h"

namespace crossfade::sync {
namespace {

constexpr std::int64_t kLongestWait = 24LL * 3600 * 1000;

std::optional<WaitFor> wait_for(const std::string& until) {
  if (until == "copied") return WaitFor::copied;
  if (until == "synced") return WaitFor::synced;
  if (until == "drained") return WaitFor::drained;
  return std::nullopt;
}

}  // namespace

void LinkRoutes::add_to(RouteTable& table) {
  const auto get = [&](const char* pattern, Task<AdminReply> (LinkRoutes::*answer)(RouteCall),
                       Access access = Access::guarded, Pace pace = Pace::ordinary) {
    auto handler = [this, answer](RouteCall call) { return (this->*answer)(std::move(call)); };
    table.add({"GET", pattern, handler, access, pace});
  };
  get("/healthz", &LinkRoutes::alive, Access::open);
  get("/readyz", &LinkRoutes::ready, Access::open);
  get("/metrics", &LinkRoutes::metrics);
  get("/v1/links", &LinkRoutes::links);
  get("/v1/links/{link}", &LinkRoutes::link);
  get("/v1/links/{link}/wait", &LinkRoutes::wait, Access::guarded, Pace::waits);
}

Task<AdminReply> LinkRoutes::alive(RouteCall /*call*/) {
  co_return AdminReply{.body = R"({"status":"alive"})"};
}

Task<AdminReply> LinkRoutes::ready(RouteCall /*call*/) {
  if (view_.ready()) co_return AdminReply{.body = R"({"status":"ready"})"};
  std::string reasons;
  for (const LinkStatus& link : view_.links()) {
    if (link.phase != "defined" && link.phase != "stopped") continue;
    reasons.append(fmt::format("{}{} is {}", reasons.empty() ? "" : "; ", link.name, link.phase));
    if (!link.reason.empty()) reasons.append(": " + link.reason);
  }
  co_return problem(503, reasons.empty() ? "The links are being set up." : reasons);
}

Task<AdminReply> LinkRoutes::metrics(RouteCall /*call*/) {
  co_return AdminReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                       .body = metrics_page(view_.links(), view_.ready(), process_usage())};
}

Task<AdminReply> LinkRoutes::links(RouteCall /*call*/) {
  co_return AdminReply{.body = to_json(with_groups(view_.links(), groups_))};
}

Task<AdminReply> LinkRoutes::link(RouteCall call) {
  const std::string name = call.in_path("link");
  const std::vector<LinkStatus> all = with_groups(view_.links(), groups_);
  const auto found = std::ranges::find(all, name, &LinkStatus::name);
  if (found == all.end()) co_return problem(404, fmt::format("There is no link \"{}\".", name));
  co_return AdminReply{.body = to_json(*found)};
}

Task<AdminReply> LinkRoutes::wait(RouteCall call) {
  const std::string link = call.in_path("link");
  const std::string until = call.in_query("until");
  const auto what = wait_for(until);
  if (!what) co_return problem(400, "\"until\" must be copied, synced or drained.");
  const auto limit = call.number("timeout_ms", 60'000, kLongestWait);
  if (!limit) co_return problem(400, "\"timeout_ms\" must be a number up to one day.");
  if (waiters_ >= kWaiters) co_return problem(429, "Too many requests wait at the same time.");
  const Counted waiting(waiters_);
  const auto reached = co_await view_.wait(link, *what, Milliseconds(*limit));
  if (!reached) co_return problem(reached.error());
  co_return AdminReply{
      .body = fmt::format(R"({{"link":{},"until":"{}","reached":true}})", json_text(link), until)};
}

}  // namespace crossfade::sync
