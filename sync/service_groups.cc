#include "sync/service_groups.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kOpenAgain{1'000};

rollout::GroupOptions options_of(const GroupConfig& config, const AuthorityRule& begin) {
  rollout::GroupOptions out;
  out.name = config.name;
  out.begin = begin;
  out.limits = config.guards;
  out.hooks = {config.hooks, config.hook_timeout};
  return out;
}

rollout::GroupContext context_of(LinkEnvironment& environment, control::ControlTable& table,
                                 rollout::Hooks& hooks) {
  return {table, environment.clock,  environment.random,     environment.log,
          hooks, environment.events, environment.failpoints, environment.random.id()};
}

}  // namespace

ServiceGroups::ServiceGroups(LinkEnvironment& environment, const Links& links, Stop& parent)
    : environment_(environment),
      links_(links),
      stop_(parent),
      table_(environment.dynamo, environment.config.control.table,
             environment.config.dynamodb.region),
      hooks_(environment.threads),
      coordinator_(context_of(environment, table_, hooks_), stop_) {
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

Task<Result<void>> ServiceGroups::open(const std::string& group) {
  while (true) {
    auto opened = co_await coordinator_.open(group);
    const bool again = !opened && (opened.error().next() == Next::retry ||
                                   opened.error().next() == Next::retry_patiently);
    if (!again || stop_.requested()) co_return opened;
    environment_.log.warning("group", {{"group", group}, {"why", opened.error().message}});
    co_await stop_.sleep(kOpenAgain);
  }
}

Task<Result<void>> ServiceGroups::run(std::string group) {
  const auto opened = co_await open(group);
  if (opened) co_return co_await coordinator_.run(group);
  for (const auto& link : links_) {
    if (environment_.config.link(link->name())->group == group)
      link->give_up(opened.error().message);
  }
  co_return Result<void>();
}

}  // namespace crossfade::sync
