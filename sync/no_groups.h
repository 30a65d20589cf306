#pragma once

#include "rollout/groups.h"

namespace crossfade::sync {

/// The groups of a service that has none.
class NoGroups final : public rollout::Groups {
 public:
  std::vector<std::string> names() const override { return {}; }
  Result<rollout::GroupView> view(const std::string& group) const override { return none(group); }
  Result<std::vector<rollout::VerbState>> next(const std::string& group) const override {
    return none(group);
  }
  Task<Result<rollout::MoveAnswer>> move(std::string group, rollout::MoveRequest) override {
    co_return none(group);
  }
  Task<Result<RuleSet>> lease(std::string group, rollout::LeaseRequest) override {
    co_return none(group);
  }
  Task<Result<void>> forget_client(std::string group, std::string) override {
    co_return none(group);
  }
  Result<void> shadow_read(const std::string& group, const rollout::ShadowRead&) override {
    return none(group);
  }
  std::vector<control::ClientRecord> clients(const std::string&) const override { return {}; }
  Task<Result<std::vector<control::RuleVersion>>> versions(std::string group, int) override {
    co_return none(group);
  }

 private:
  static Error none(const std::string& group) {
    return fail(Fault::not_found, "There is no group \"" + group + "\".");
  }
};

}  // namespace crossfade::sync
