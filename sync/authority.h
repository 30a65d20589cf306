#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backward/apply.h"
#include "common/control/group_state.h"
#include "forward/verdict.h"
#include "rollout/owner_lease.h"

namespace crossfade::sync {

/// Who owns the keys of one link, for both directions: by the configuration's rule for ever, or by
/// the rules of its group. One hand-off back is remembered, and that is enough: both directions
/// stood at its barriers when authority moved, so no record before an earlier one is ever applied
/// again. One thread only.
class Authority {
 public:
  using SubjectOf = std::function<std::optional<std::string>(const Key&)>;

  explicit Authority(AuthorityRule configured) : rule_(std::move(configured)) {}

  /// Before anything is judged.
  void know_subjects(SubjectOf subject_of) { subject_of_ = std::move(subject_of); }
  /// The link's forward log: a barrier of another log, from an earlier life of the link under its
  /// name, is none.
  void know_log(std::string id);
  /// `last` is the last hand-off that took effect, absent when there was none; of it the link's
  /// barriers count. `clock_offset_ms`: DynamoDB's clock less ours.
  void adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last,
             const std::string& link, std::int64_t clock_offset_ms);
  bool adopted() const { return epoch_ > 0; }
  /// The rules have been changed before: the link was in step once.
  bool has_moved() const { return moved_; }
  /// 0: none was adopted.
  std::int64_t epoch() const { return epoch_; }
  /// Of the last hand-off; zero when there was none.
  const control::Barrier& barrier() const { return barrier_; }

  /// The lease of the process on the link's group; a link without one always may.
  void know_lease(std::shared_ptr<const rollout::OwnerLease> lease) { lease_ = std::move(lease); }
  Result<void> may_write() const { return lease_ ? lease_->check() : Result<void>(); }
  /// Wall time at which the lease begins; 0: it has begun.
  std::int64_t writes_from_ms() const { return lease_ ? lease_->begins_ms() : 0; }

  /// Changes of this key are applied wherever they are made.
  void exempt_canary(Key key) { canary_ = std::move(key); }
  bool exempt(const Key& key) const { return canary_ && *canary_ == key; }

  forward::Verdict judge(const Change& change, eventlog::Position position) const;
  Side owner(const Key& key, eventlog::Position backward_position) const;

 private:
  forward::Owners owners(const Key& key) const;
  forward::Verdict judge_canary(const Change& change, eventlog::Position position) const;
  void check_log();

  SubjectOf subject_of_;
  AuthorityRule rule_;
  std::optional<AuthorityRule> before_;
  control::Barrier barrier_;
  std::string log_;
  std::int64_t fence_ms_ = 0;
  std::int64_t epoch_ = 0;
  std::optional<Key> canary_;
  std::shared_ptr<const rollout::OwnerLease> lease_;
  bool moved_ = false;
};

}  // namespace crossfade::sync
