#include "sync/parked_routes.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

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
  table.add(
      {"GET", "/v1/violations", [this](RouteCall call) { return violations(std::move(call)); }});
  table.add(
      {"GET", "/v1/deadletters", [this](RouteCall call) { return dead_letters(std::move(call)); }});
  table.add({"GET", "/v1/violations/{id}",
             [this](RouteCall call) { return violation(std::move(call)); }});
  table.add({"POST", "/v1/violations/{id}/resolve",
             [this](RouteCall call) { return resolve(std::move(call)); }});
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
  const auto stored = co_await view_.violation(request->id);
  if (!stored) co_return problem(stored.error());
  if (request->who.empty()) request->who = call.request.from;
  if (request->dry_run) co_return (co_await perform(*request)).reply;
  const std::string what =
      fmt::format("violations resolve {} --take {}", request->id, to_string(request->take));
  Change change{group_of(*stored), request->who, what, request->reason};
  const AuditedCalls::Work work = [&] { return perform(*request); };
  co_return co_await calls_.perform(std::move(call.request), std::move(change), work);
}

Task<Changed> ParkedRoutes::perform(Resolution request) {
  Changed out;
  const std::string head =
      fmt::format(R"("id":{},"taken":"{}")", json_text(request.id), to_string(request.take));
  auto resolved = co_await view_.resolve(std::move(request));
  if (!resolved) {
    out.reply = problem(resolved.error());
    out.result = resolved.error().message;
    co_return out;
  }
  out.result = std::move(*resolved);
  out.reply.body = fmt::format(R"({{{},"sentence":{}}})", head, json_text(out.result));
  co_return out;
}

/// That of the violation's link; empty when it has none.
std::string ParkedRoutes::group_of(const std::string& violation) const {
  const auto document = nlohmann::json::parse(violation, nullptr, false);
  if (!document.is_object()) return {};
  const auto name = document.value("link", nlohmann::json());
  for (const LinkStatus& link : view_.links()) {
    if (name == link.name) return link.group;
  }
  return {};
}

}  // namespace crossfade::sync
