#include "rollout/coordinator.h"

#include <algorithm>

namespace crossfade::rollout {

Coordinator::Coordinator(GroupContext context, Stop& parent)
    : context_(std::move(context)), stop_(parent) {}

Coordinator::~Coordinator() = default;

void Coordinator::add(GroupOptions options, std::vector<LinkedPair*> links) {
  groups_.push_back(std::make_unique<Group>(std::move(options), context_, std::move(links), stop_));
}

Result<Group*> Coordinator::find(const std::string& name) const {
  const auto found = std::ranges::find(groups_, name, [](const auto& one) { return one->name(); });
  if (found != groups_.end()) return found->get();
  return fail(Fault::not_found, "There is no group \"" + name + "\" in this service.");
}

Result<Group*> Coordinator::find_open(const std::string& name) const {
  TRY(Group * found, find(name));
  if (found->opened()) return found;
  return fail(Fault::unavailable, "The state of group \"" + name +
                                      "\" was not read yet: the service is setting up its links.");
}

Task<Result<void>> Coordinator::open(std::string group) {
  CO_TRY(Group * found, find(group));
  co_return co_await found->open();
}

Task<Result<void>> Coordinator::run(std::string group) {
  CO_TRY(Group * found, find(group));
  co_return co_await found->run();
}

std::vector<std::string> Coordinator::names() const {
  std::vector<std::string> out;
  out.reserve(groups_.size());
  for (const auto& group : groups_) out.push_back(group->name());
  return out;
}

Result<GroupView> Coordinator::view(const std::string& group) const {
  TRY(const Group* found, find_open(group));
  GroupFacts facts = found->facts(MoveRequest{}.budget_ms);
  return GroupView{std::move(facts.state), std::move(facts.links), facts.clients, found->shadow()};
}

Result<std::vector<VerbState>> Coordinator::next(const std::string& group) const {
  TRY(const Group* found, find_open(group));
  return found->next();
}

Task<Result<MoveAnswer>> Coordinator::move(std::string group, MoveRequest request) {
  CO_TRY(Group * found, find(group));
  co_return co_await found->move(std::move(request));
}

Task<Result<RuleSet>> Coordinator::lease(std::string group, LeaseRequest request) {
  CO_TRY(Group * found, find(group));
  co_return co_await found->lease(std::move(request));
}

Task<Result<void>> Coordinator::forget_client(std::string group, std::string client) {
  CO_TRY(Group * found, find(group));
  co_return co_await found->forget_client(std::move(client));
}

Result<void> Coordinator::shadow_read(const std::string& group, const ShadowRead& read) {
  TRY(Group * found, find(group));
  found->shadow_read(read);
  return {};
}

std::vector<control::ClientRecord> Coordinator::clients(const std::string& group) const {
  const auto found = find(group);
  return found ? found.value()->clients() : std::vector<control::ClientRecord>();
}

Task<Result<std::vector<control::RuleVersion>>> Coordinator::versions(std::string group,
                                                                      int limit) {
  CO_TRY_VOID(find(group));
  co_return co_await context_.table.versions(std::move(group), limit);
}

}  // namespace crossfade::rollout
