#pragma once

#include <memory>
#include <vector>

#include "rollout/linked.h"
#include "sync/canary.h"
#include "sync/link_parts.h"
#include "sync/proving.h"
#include "sync/status.h"

namespace crossfade::sync {

/// What shows that the sides of one link are equal while it runs: the comparison of every changed
/// key, in a group, and the canary, where the link names one. One thread only.
class LinkProof {
 public:
  /// `passed`: see Proving; `canary`: see Authority.
  LinkProof(const LinkParts& parts, RecentKeys& recent, RecentKeys::Ready passed,
            Proving::LeftOut canary);

  void start(TaskGroup& members);
  void tell(rollout::LinkFacts& facts) const;
  void tell(LinkStatus& status) const;
  /// The keys that changed in the last minutes, less those that proving has found equal since: both
  /// directions had passed their last change then. Some may be named twice.
  std::vector<Key> doubtful() const;

 private:
  const LinkConfig& config_;
  LinkEnvironment& environment_;
  const RecentKeys& recent_;
  std::unique_ptr<Proving> proving_;
  std::unique_ptr<Canary> canary_;
};

}  // namespace crossfade::sync
