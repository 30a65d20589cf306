#include "sync/service_groups.h"

#include <algorithm>

namespace crossfade::sync {
namespace {

constexpr Milliseconds kOpenAgain{1'000};
constexpr Milliseconds kLookAgain{20};
constexpr const char* kNotOurs = "None of the group's links can be driven by this process.";

bool ended(const Link* link) {
  return !link->stopped().empty();
}

bool tried(const Link* link) {
  return link->set_up_once() || link->unfit() || ended(link);
}

bool refused(const Link* link) {
  return !link->set_up_once() && link->unfit() == Next::stop_link;
}

void give_up(const std::vector<Link*>& links, const Error& error) {
  for (Link* link : links) link->give_up(error.message);
}

rollout::GroupOptions options_of(const GroupConfig& config, const AuthorityRule& begin) {
  rollout::GroupOptions out;
  out.name = config.name;
  out.begin = begin;
  out.limits = config.guards;
  out.hooks = {config.hooks, config.hook_timeout};
  return out;
}

rollout::GroupContext context_of(LinkEnvironment& environment, control::ControlTable& table,
                                 rollout::Hooks& hooks, const ProcessMark& mark) {
  return {table,
          environment.clock,
          environment.random,
          environment.log,
          hooks,
          environment.events,
          environment.failpoints,
          mark.process(),
          mark.ended(),
          environment.config.dynamodb.request_life};
}

}  // namespace

ServiceGroups::ServiceGroups(LinkEnvironment& environment, const Links& links, Stop& parent)
    : environment_(environment),
      links_(links),
      stop_(parent),
      table_(environment.dynamo, environment.config.control.table,
             environment.config.dynamodb.region),
      hooks_(environment.threads),
      mark_(environment.config.data_dir, environment.random.id()),
      coordinator_(context_of(environment, table_, hooks_, mark_), stop_) {
  for (const std::string& name : environment.config.group_names()) {
    std::vector<rollout::LinkedPair*> members;
    AuthorityRule begin;
    for (const auto& link : links) {
      const LinkConfig& config = *environment.config.link(link->name());
      if (config.group != name) continue;
      begin = config.authority;
      link->wait_for_rules();
      members.push_back(link.get());
    }
    coordinator_.add(options_of(environment.config.group(name), begin), std::move(members));
  }
}

std::vector<Link*> ServiceGroups::links_of(const std::string& group) const {
  std::vector<Link*> out;
  for (const auto& link : links_)
    if (environment_.config.link(link->name())->group == group) out.push_back(link.get());
  return out;
}

Task<Result<void>> ServiceGroups::open(std::string group) {
  const std::vector<Link*> links = links_of(group);
  while (!std::ranges::all_of(links, tried) && !stop_.requested()) co_await stop_.sleep(kLookAgain);
  if (std::ranges::all_of(links, refused)) co_return fail(Fault::stale, kNotOurs);
  auto opened = co_await try_open(group, links);
  if (!opened) give_up(links, opened.error());
  co_return opened;
}

Task<Result<void>> ServiceGroups::try_open(const std::string& group,
                                           const std::vector<Link*>& links) {
  while (true) {
    auto opened = co_await coordinator_.open(group);
    const bool again = !opened && (opened.error().next() == Next::retry ||
                                   opened.error().next() == Next::retry_patiently);
    const bool all_ended = std::ranges::all_of(links, ended);
    if (!again || all_ended || stop_.requested()) co_return opened;
    environment_.log.warning("group", {{"group", group}, {"why", opened.error().message}});
    co_await stop_.sleep(kOpenAgain);
  }
}

Task<Result<void>> ServiceGroups::run(std::string group) {
  auto kept = co_await coordinator_.run(group);
  if (!kept) give_up(links_of(group), kept.error());
  co_return Result<void>();
}

}  // namespace crossfade::sync
