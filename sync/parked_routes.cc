#include "sync/parked_routes.h"

#include <fmt/core.h>

#include "sync/groups_requests.h"

namespace crossfade::sync {
namespace {

constexpr std::int64_t kLargestListing = 1000;

std::string array_of(const Listing& listing, bool& truncated) {
  std::string out = "[";
  for (const std::string& document : listing.documents) {
    truncated = out.size() + document.size() > ParkedRoutes::kListingBytes;
    if (truncated) break;
    if (out.size() > 1) out.push_back(',');
    out.append(document);
  }
  return out + "]";
}

AdminReply reply_of(const char* name, const Result<Listing>& found) {
  if (!found) return problem(found.error());
  bool truncated = false;
  const std::string documents = array_of(*found, truncated);
  return {.body = fmt::format(R"({{"{}":{},"truncated":{}}})", name, documents, truncated)};
}

std::optional<int> limit_of(const RouteCall& call) {
  const auto most = call.number("limit", 100, kLargestListing);
  return most ? std::optional(static_cast<int>(*most)) : std::nullopt;
}

AdminReply wrong_limit() {
  return problem(400, "\"limit\" must be a number up to 1000.");
}

}  // namespace

void ParkedRoutes::add_to(RouteTable& table) {
  table.add("GET", "/v1/violations",
            [this](RouteCall call) { return violations(std::move(call)); });
  table.add("GET", "/v1/deadletters",
            [this](RouteCall call) { return dead_letters(std::move(call)); });
  table.add("GET", "/v1/violations/{id}",
            [this](RouteCall call) { return violation(std::move(call)); });
  table.add("POST", "/v1/violations/{id}/resolve",
            [this](RouteCall call) { return resolve(std::move(call)); });
}

Task<AdminReply> ParkedRoutes::violations(RouteCall call) {
  const auto limit = limit_of(call);
  if (!limit) co_return wrong_limit();
  const auto found = co_await view_.violations(call.in_query("link"), *limit);
  co_return reply_of("violations", found);
}

Task<AdminReply> ParkedRoutes::dead_letters(RouteCall call) {
  const auto limit = limit_of(call);
  if (!limit) co_return wrong_limit();
  const auto found = co_await view_.dead_letters(call.in_query("link"), *limit);
  co_return reply_of("deadletters", found);
}

Task<AdminReply> ParkedRoutes::violation(RouteCall call) {
  auto found = co_await view_.violation(call.in_path("id"));
  if (!found) co_return problem(found.error());
  co_return AdminReply{.body = std::move(*found)};
}

Task<AdminReply> ParkedRoutes::resolve(RouteCall call) {
  auto request = resolution(call.in_path("id"), call.request.body);
  if (!request) co_return problem(request.error());
  if (request->who.empty()) request->who = call.request.from;
  const std::string head =
      fmt::format(R"("id":{},"taken":"{}")", json_text(request->id), to_string(request->take));
  const auto resolved = co_await view_.resolve(std::move(*request));
  if (!resolved) co_return problem(resolved.error());
  co_return AdminReply{.body = fmt::format(R"({{{},"sentence":{}}})", head, json_text(*resolved))};
}

}  // namespace crossfade::sync
