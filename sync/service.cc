#include "sync/service.h"

#include <algorithm>

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kUntilStopped = std::chrono::hours(1);

using ListCall = Result<std::vector<std::string>> (state::Parked::*)(mongo::Client&,
                                                                     const std::string&, int) const;

Task<Result<Listing>> list(LinkEnvironment& environment, std::string link, int limit,
                           ListCall call) {
  const state::Parked parked(environment.config.mongodb.state_database);
  auto read = [&]() -> Result<std::vector<std::string>> {
    mongo::Client client = environment.mongo.acquire();
    return (parked.*call)(client, link, limit);
  };
  CO_TRY(const std::vector<std::string> found, co_await offload(environment.threads, read));
  Listing out;
  for (const std::string& bson : found)
    out.documents.push_back(codec::to_extended_json(bson, true));
  co_return out;
}

std::vector<std::unique_ptr<Link>> links_of(LinkEnvironment& environment, Stop& stop) {
  std::vector<std::unique_ptr<Link>> out;
  for (const LinkConfig& link : environment.config.links)
    out.push_back(std::make_unique<Link>(link, environment, stop));
  return out;
}

}  // namespace

Service::Service(LinkEnvironment& environment, Stop& stop)
    : environment_(environment),
      members_(stop),
      ended_(stop.executor()),
      links_(links_of(environment, members_.stop())),
      groups_(environment, links_, members_.stop()) {}

Service::~Service() = default;

Task<Result<void>> Service::run() {
  for (const auto& link : links_) members_.start(run_link(*link));
  for (const std::string& group : groups_.coordinator().names()) members_.start(run_group(group));
  const auto alive = [](const auto& link) { return link->stopped().empty(); };
  const auto set_up = [](const auto& link) { return link->set_up_once(); };
  const std::size_t groups = groups_.coordinator().names().size();
  while (!members_.stop().requested()) {
    const bool all_ended = std::ranges::none_of(links_, alive) && groups_tried_ == groups;
    if (all_ended && std::ranges::none_of(links_, set_up)) members_.stop().request();
    if (!members_.stop().requested()) co_await ended_.wait(members_.stop(), kUntilStopped);
  }
  CO_TRY_VOID(co_await members_.join());
  const auto dead = std::ranges::find_if_not(links_, alive);
  if (dead == links_.end()) co_return Result<void>();
  co_return fail(Fault::stopped, "Link \"" + (*dead)->name() + "\": " + (*dead)->stopped());
}

Task<Result<void>> Service::run_link(Link& link) {
  co_await link.run();
  ended_.notify();
  co_return Result<void>();
}

/// What an earlier process left half done is ended even if no link can be set up at the moment.
Task<Result<void>> Service::run_group(std::string group) {
  const auto opened = co_await groups_.open(group);
  ++groups_tried_;
  ended_.notify();
  if (opened) co_await groups_.run(std::move(group));
  co_return Result<void>();
}

std::vector<LinkStatus> Service::links() const {
  std::vector<LinkStatus> out;
  for (const auto& link : links_) out.push_back(link->status());
  return out;
}

bool Service::ready() const {
  return std::ranges::all_of(links_, [](const auto& link) { return link->running(); });
}

Task<Result<void>> Service::wait(std::string link, WaitFor what, Milliseconds limit) {
  for (const auto& one : links_) {
    if (one->name() == link) co_return co_await one->wait(what, limit);
  }
  co_return fail(Fault::not_found, "There is no link \"" + link + "\" in this service.");
}

Task<Result<Listing>> Service::violations(std::string link, int limit) {
  return list(environment_, std::move(link), limit, &state::Parked::list_violations);
}

Task<Result<Listing>> Service::dead_letters(std::string link, int limit) {
  return list(environment_, std::move(link), limit, &state::Parked::list_dead_letters);
}

Task<Result<std::string>> Service::stored_violation(std::string id) {
  const state::Parked parked(environment_.config.mongodb.state_database);
  auto read = [&]() -> Result<std::optional<std::string>> {
    mongo::Client client = environment_.mongo.acquire();
    return parked.find_violation(client, id);
  };
  CO_TRY(std::optional<std::string> found, co_await offload(environment_.threads, read));
  if (!found) co_return fail(Fault::not_found, "There is no violation \"" + id + "\".");
  co_return std::move(*found);
}

Task<Result<std::string>> Service::violation(std::string id) {
  CO_TRY(const std::string stored, co_await stored_violation(std::move(id)));
  co_return codec::to_extended_json(stored, true);
}

Task<Result<std::string>> Service::resolve(Resolution resolution) {
  CO_TRY(std::string stored, co_await stored_violation(resolution.id));
  const auto name = codec::DocumentView(stored).text("link");
  for (const auto& link : links_) {
    if (name && link->name() == *name)
      co_return co_await link->resolve(std::move(resolution), std::move(stored));
  }
  co_return fail(Fault::not_found, "The violation's link does not run in this service.");
}

}  // namespace crossfade::sync
