#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rollout/group.h"
#include "rollout/groups.h"

namespace crossfade::rollout {

/// The groups of one process. One thread only; links outlive it. Before a group is opened it grants
/// and moves nothing, and there is nothing to be seen of it (Fault::unavailable).
class Coordinator final : public Groups {
 public:
  Coordinator(GroupContext context, Stop& parent);
  ~Coordinator() override;

  void add(GroupOptions options, std::vector<LinkedPair*> links);
  bool empty() const { return groups_.empty(); }
  /// Before the links of that group apply anything; see Group::open.
  Task<Result<void>> open(std::string group);
  /// Keeps an opened group until the stop; see Group::run.
  Task<Result<void>> run(std::string group);

  std::vector<std::string> names() const override;
  Result<GroupView> view(const std::string& group) const override;
  Result<std::vector<VerbState>> next(const std::string& group) const override;
  Task<Result<MoveAnswer>> move(std::string group, MoveRequest request) override;
  Task<Result<RuleSet>> lease(std::string group, LeaseRequest request) override;
  Task<Result<void>> forget_client(std::string group, std::string client) override;
  Result<void> shadow_read(const std::string& group, const ShadowRead& read) override;
  std::vector<control::ClientRecord> clients(const std::string& group) const override;
  Task<Result<std::vector<control::RuleVersion>>> versions(std::string group, int limit) override;

 private:
  Result<Group*> find(const std::string& name) const;
  Result<Group*> find_open(const std::string& name) const;

  GroupContext context_;
  Stop stop_;
  std::vector<std::unique_ptr<Group>> groups_;
};

}  // namespace crossfade::rollout
