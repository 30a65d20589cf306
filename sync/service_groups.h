#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/control/control_table.h"
#include "rollout/coordinator.h"
#include "rollout/hooks.h"
#include "sync/link.h"
#include "sync/process_mark.h"

namespace crossfade::sync {

/// The groups of a service, over its links: control table, hooks and coordinator, made in one
/// place. One thread only; the links outlive it.
class ServiceGroups {
 public:
  using Links = std::vector<std::unique_ptr<Link>>;

  /// Tells the links of a group that they wait for its rules.
  ServiceGroups(LinkEnvironment& environment, const Links& links, Stop& parent);

  rollout::Coordinator& coordinator() { return coordinator_; }
  control::ControlTable& table() { return table_; }
  /// When its links are set up, or a store of theirs cannot be reached. A process in which every
  /// link is refused leaves the group to whoever drives it. Its links end when it cannot be opened:
  /// the sentence says why. A control table that does not answer at the moment is waited for while
  /// a link lives.
  Task<Result<void>> open(std::string group);
  /// Keeps an opened group until the stop. When another process has taken it over, its links end.
  Task<Result<void>> run(std::string group);

 private:
  std::vector<Link*> links_of(const std::string& group) const;
  Task<Result<void>> try_open(const std::string& group, const std::vector<Link*>& links);

  LinkEnvironment& environment_;
  const Links& links_;
  Stop stop_;
  control::ControlTable table_;
  rollout::ProgramHooks hooks_;
  ProcessMark mark_;
  rollout::Coordinator coordinator_;
};

}  // namespace crossfade::sync
