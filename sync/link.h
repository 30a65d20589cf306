#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backward/apply.h"
#include "backward/capture.h"
#include "common/model/health.h"
#include "common/model/recent_keys.h"
#include "forward/apply.h"
#include "forward/capture.h"
#include "forward/load.h"
#include "rollout/linked.h"
#include "sync/authority.h"
#include "sync/cohort.h"
#include "sync/conflicts.h"
#include "sync/link_proof.h"
#include "sync/link_setup.h"
#include "sync/oplog.h"
#include "sync/status.h"
#include "sync/subject.h"

namespace crossfade::sync {

/// One table and one collection kept in step: sets up, loads, and runs both directions until it is
/// stopped or a fault ends it; its trouble never touches another link. As a LinkedPair it is what a
/// hand-off works with. One thread only.
class Link final : public rollout::LinkedPair {
 public:
  Link(const LinkConfig& config, LinkEnvironment& environment, Stop& parent);
  ~Link() override;
  /// Before run(), for a link of a group: nothing is applied until adopt() was called.
  void wait_for_rules() { waits_for_rules_ = true; }
  /// Ends the link for a reason that lies outside of it.
  void give_up(const std::string& why);
  /// The link's whole life. Never throws; why it ended is in stopped().
  Task<Result<void>> run();

  const std::string& name() const override { return config_.name; }
  LinkStatus status() const;
  /// Captures run and nothing is wrong with the set-up.
  bool running() const { return running_; }
  /// Table, stream and collection were fit for a link; what ended it since is in its status.
  bool set_up_once() const { return setup_.has_value(); }
  /// What followed from the last failure to set it up; absent: there was none.
  std::optional<Next> unfit() const { return unfit_; }
  /// Why the link has ended by itself; empty while it lives.
  const std::string& stopped() const { return stopped_; }

  /// Fault::stopped: the link has ended (the sentence says why). Fault::transient: not in time.
  Task<Result<void>> wait(WaitFor what, Milliseconds limit);

  /// Ends a violation, given as it is stored; see ServiceView::resolve.
  Task<Result<std::string>> resolve(Resolution resolution, std::string stored);

  std::optional<std::string> subject_of(const Key& key) const override;
  rollout::LinkFacts facts() const override;
  Task<Result<void>> drain(Side from, Stop& limit) override;
  Task<Result<rollout::Verification>> verify(rollout::VerifyScope scope, RuleSet rules,
                                             Stop& limit) override;
  Task<Result<control::Barrier>> hold(bool reachable, Stop& limit) override;
  void release() override;
  void strand(const control::Barrier& barrier) override { stranded_at_ = barrier; }
  Task<Result<rollout::Recovery>> recover(Stop& limit) override;
  void adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last) override;
  void drive_under(std::shared_ptr<const rollout::OwnerLease> lease) override;

 private:
  Task<Result<void>> live();
  Task<Result<void>> set_up();
  Task<Result<void>> prepare_capture();
  void build();
  Task<Result<void>> drive();
  Task<Result<void>> copy();
  Task<Result<void>> build_indexes();
  Task<Result<void>> build_index(IndexPlan plan);
  Task<Result<void>> arm();
  Task<Result<void>> prepare_forward();
  Task<Result<void>> prepare_backward();
  void start_applying();
  Result<void> know_canary();
  bool passed(const RecentKey& one) const;
  bool is_canary(const Key& key) const { return authority_.exempt(key); }
  Task<Result<void>> catch_up();
  static constexpr std::size_t kRecentBytes = 16U << 20;
  using Step = Task<Result<void>> (Link::*)();
  Task<Result<void>> begin_with(Step step);
  Task<bool> may_wait(Next next);
  Task<Result<void>> patiently(Step step);
  Task<Result<void>> housekeeping();
  Task<Result<void>> save(state::LinkRecord record);
  Task<void> count_parked();
  Task<void> look_at_oplog();
  double log_free_fraction() const;
  Task<Result<void>> drain_both(Stop& limit);
  Task<Result<void>> drain_once(Stop& limit);
  bool reached(WaitFor what) const;
  Result<void> check_applying() const;
  std::optional<std::vector<std::string>> queried(const Cohort& cohort) const;
  Task<Result<control::Barrier>> hold_stranded(Stop& limit);
  Task<Result<void>> hold_once(Stop& limit);
  Task<Result<rollout::Recovery>> stranded_range(eventlog::Position from, eventlog::Position end);
  Task<Result<bool>> changed_since_barrier(Key key, Stop& stop);
  std::int64_t restores_asked() const;
  Task<void> rules_known();
  std::int64_t epoch() const;
  void use_epoch();
  Task<void> keep_epoch();

  const LinkConfig& config_;
  LinkEnvironment& environment_;
  Subject subject_;
  Stop stop_;
  std::optional<LinkSetup> setup_;
  Authority authority_;
  RecentKeys recent_keys_{kRecentBytes};
  std::optional<control::Barrier> stranded_at_;  ///< of an unplanned rollback, until recover()
  Health health_;
  Progress forward_progress_;
  Progress backward_progress_;
  std::unique_ptr<TaskGroup> members_;  ///< outlives what follows: all of it hangs on its stop
  std::unique_ptr<Conflicts> conflicts_;
  std::unique_ptr<state::Restorer> restore_forward_;
  std::unique_ptr<state::Restorer> restore_backward_;
  std::unique_ptr<forward::PageWriter> pages_;
  std::unique_ptr<forward::Load> load_;
  std::unique_ptr<forward::Capture> forward_capture_;
  std::unique_ptr<forward::Apply> forward_apply_;
  std::unique_ptr<backward::Capture> backward_capture_;
  std::unique_ptr<backward::ItemWriter> item_writer_;
  std::unique_ptr<backward::Apply> backward_apply_;
  std::unique_ptr<LinkProof> proof_;  ///< from when it applies
  Signal changed_;
  std::string activity_ = "The link is being set up.";
  std::string stopped_;
  bool running_ = false;
  std::optional<Next> unfit_;
  bool applying_ = false;
  bool waits_for_rules_ = false;
  std::int64_t violations_ = 0;
  std::int64_t dead_letters_ = 0;
  std::int64_t irreversible_ = 0;
  std::int64_t verified_ms_ = 0;
  std::optional<OplogWindow> oplog_;
  bool oplog_told_ = false;
};

}  // namespace crossfade::sync
