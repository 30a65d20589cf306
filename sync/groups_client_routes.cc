#include "sync/groups_client_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "sync/counted.h"
#include "sync/groups_json.h"
#include "sync/groups_requests.h"

namespace crossfade::sync {
namespace {

constexpr std::size_t kClientBytes = 128;

bool good_client(const std::string& id) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.:@").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return id.size() <= kClientBytes && std::ranges::all_of(id, plain);
}

AdminReply forgotten_reply(const std::string& client, bool done, const std::string& sentence) {
  return {.body = fmt::format(R"({{"client":{},"forgotten":{},"sentence":{}}})", json_text(client),
                              done, json_text(sentence))};
}

}  // namespace

void GroupsClientRoutes::add_to(RouteTable& table) {
  table.add({"POST", "/v1/groups/{group}/clients/{client}/lease",
             [this](RouteCall call) { return lease(std::move(call)); }, Access::guarded,
             Pace::waits});
  table.add({"DELETE", "/v1/groups/{group}/clients/{client}",
             [this](RouteCall call) { return forget(std::move(call)); }});
  table.add({"POST", "/v1/groups/{group}/shadow-reads",
             [this](RouteCall call) { return shadow_reads(std::move(call)); }});
}

Task<AdminReply> GroupsClientRoutes::lease(RouteCall call) {
  const std::string client = call.in_path("client");
  if (!good_client(client)) {
    co_return problem(400, "A client's id has at most 128 letters, digits and \"-_.:@\".");
  }
  auto request = lease_request(client, call.request.body);
  if (!request) co_return problem(request.error());
  if (polls_ >= kLongPolls) request->wait = Milliseconds(0);
  const Counted waiting(polls_);
  const std::int64_t lease_ms = request->client.lease_ms;
  const auto rules = co_await groups_.lease(call.in_path("group"), std::move(*request));
  if (!rules) co_return problem(rules.error());
  co_return AdminReply{.body = lease_json(*rules, lease_ms)};
}

Task<AdminReply> GroupsClientRoutes::forget(RouteCall call) {
  const std::string group = call.in_path("group");
  const std::string client = call.in_path("client");
  auto why = statement(call.request.body);
  if (!why) co_return problem(why.error());
  if (const auto known = groups_.view(group); !known) co_return problem(known.error());
  if (why->dry_run) co_return would_forget(group, client);
  if (why->who.empty()) why->who = call.request.from;
  Change change{group, why->who, "rollout clients --forget " + client, why->reason};
  const AuditedCalls::Work work = [&] { return perform_forget(group, client); };
  co_return co_await calls_.perform(std::move(call.request), std::move(change), work);
}

AdminReply GroupsClientRoutes::would_forget(const std::string& group,
                                            const std::string& client) const {
  const auto known = groups_.clients(group);
  const bool there = std::ranges::find(known, client, &control::ClientRecord::id) != known.end();
  return forgotten_reply(
      client, false,
      there ? fmt::format("Nothing was done: nobody would wait for {} any more.", client)
            : fmt::format("Nothing was done: no client {} is known.", client));
}

Task<Changed> GroupsClientRoutes::perform_forget(std::string group, std::string client) {
  Changed out;
  const auto forgotten = co_await groups_.forget_client(std::move(group), client);
  if (!forgotten) {
    out.reply = problem(forgotten.error());
    out.result = forgotten.error().message;
    co_return out;
  }
  out.result = fmt::format("Nobody waits for {} any more.", client);
  out.reply = forgotten_reply(client, true, out.result);
  co_return out;
}

Task<AdminReply> GroupsClientRoutes::shadow_reads(RouteCall call) {
  const auto reads = sync::shadow_reads(call.request.body);
  if (!reads) co_return problem(reads.error());
  for (const rollout::ShadowRead& read : *reads) {
    const auto taken = groups_.shadow_read(call.in_path("group"), read);
    if (!taken) co_return problem(taken.error());
  }
  co_return AdminReply{.body = fmt::format(R"({{"taken":{}}})", reads->size())};
}

}  // namespace crossfade::sync
