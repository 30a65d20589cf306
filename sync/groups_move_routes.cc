#include "sync/groups_move_routes.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "sync/groups_json.h"
#include "sync/groups_requests.h"

namespace crossfade::sync {
namespace {

using rollout::Verb;
using Kind = rollout::MoveAnswer::Kind;

constexpr std::array kVerbs = {
    std::pair{Verb::ramp, "ramp"},       std::pair{Verb::rollback, "rollback"},
    std::pair{Verb::recover, "recover"}, std::pair{Verb::complete, "complete"},
    std::pair{Verb::cancel, "cancel"},
};

int status_of(Kind kind) {
  switch (kind) {
    case Kind::done:
    case Kind::planned:
      return 200;
    case Kind::completing:
      return 202;
    case Kind::undone:
      return 408;
    case Kind::unmet:
      return 412;
    case Kind::refused:
      return 409;
  }
  return 500;
}

AdminReply reply_of(const MoveReply& move) {
  const int status = status_of(move.answer.kind);
  AdminReply reply{.status = status, .body = move_json(move, status)};
  if (status >= 400) reply.content_type = "application/problem+json";
  return reply;
}

void publish_unmet(const MoveReply& reply, rollout::EventSink& events) {
  for (const rollout::Guard& guard : reply.answer.guards) {
    if (!guard.met) events.publish("guard", guard_json(reply, guard));
  }
}

}  // namespace

void GroupsMoveRoutes::add_to(RouteTable& table) {
  for (const auto& [verb, name] : kVerbs) {
    auto handler = [this, asked = verb](RouteCall call) { return move(asked, std::move(call)); };
    table.add(
        {"POST", std::string("/v1/groups/{group}/") + name, handler, Access::guarded, Pace::waits});
  }
}

Task<AdminReply> GroupsMoveRoutes::move(Verb verb, RouteCall call) {
  const std::string group = call.in_path("group");
  auto request = move_request(verb, call.request.body);
  if (!request) co_return problem(request.error());
  if (const auto known = groups_.view(group); !known) co_return problem(known.error());
  if (request->who.empty()) request->who = call.request.from;
  if (request->dry_run) {
    Changed planned = co_await perform(group, std::move(*request));
    co_return std::move(planned.reply);
  }
  Change change{group, request->who, to_line(*request), request->reason};
  const AuditedCalls::Work work = [&] { return perform(group, *request); };
  co_return co_await calls_.perform(std::move(call.request), std::move(change), work);
}

Task<Changed> GroupsMoveRoutes::perform(std::string group, rollout::MoveRequest request) {
  Changed out;
  MoveReply reply{.group = group, .verb = request.verb};
  auto answer = co_await groups_.move(std::move(group), std::move(request));
  if (!answer) {
    out.reply = problem(answer.error());
    out.result = answer.error().message;
    co_return out;
  }
  reply.answer = std::move(*answer);
  if (reply.answer.kind == Kind::unmet) publish_unmet(reply, events_);
  out.reply = reply_of(reply);
  out.result = fmt::format("{}: {}", to_string(reply.answer.kind), reply.answer.sentence);
  out.hook_output = std::move(reply.answer.hook_output);
  co_return out;
}

}  // namespace crossfade::sync
