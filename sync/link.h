#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backward/apply.h"
#include "backward/capture.h"
#include "common/model/health.h"
#include "forward/apply.h"
#include "forward/capture.h"
#include "forward/load.h"
#include "sync/link_setup.h"
#include "sync/status.h"

namespace crossfade::sync {

using OwnerFunction = std::function<Side(const Key&)>;

/// One table and one collection kept in step: sets up, loads, and runs both directions until it is
/// stopped or a fault ends it; its trouble never touches another link. One thread only.
class Link {
 public:
  Link(const LinkConfig& config, LinkEnvironment& environment, Stop& parent);
  ~Link();

  /// The link's whole life. Never throws; why it ended is in stopped().
  Task<Result<void>> run();

  const std::string& name() const { return config_.name; }
  LinkStatus status() const;
  /// Captures run and nothing is wrong with the set-up.
  bool running() const { return running_; }
  /// Table, stream and collection were fit for a link; what ended it since is in its status.
  bool set_up_once() const { return setup_.has_value(); }
  /// Why the link has ended by itself; empty while it lives.
  const std::string& stopped() const { return stopped_; }

  /// Fault::stopped: the link has ended (the sentence says why). Fault::transient: `limit` has
  /// passed.
  Task<Result<void>> wait(WaitFor what, Milliseconds limit);

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
  Task<Result<void>> catch_up();
  using Step = Task<Result<void>> (Link::*)();
  Task<Result<void>> while_throttled(Step step);
  Task<Result<void>> patiently(Step step);
  Task<Result<void>> housekeeping();
  Task<Result<void>> save(state::LinkRecord record);
  Task<void> count_parked();
  Task<Result<void>> drain(Stop& limit);
  Task<Result<void>> drain_once(Stop& limit);
  bool reached(WaitFor what) const;
  OwnerFunction owner() const;

  const LinkConfig& config_;
  LinkEnvironment& environment_;
  Stop stop_;
  std::optional<LinkSetup> setup_;
  Health health_;
  Progress forward_progress_;
  Progress backward_progress_;
  std::unique_ptr<TaskGroup> members_;  ///< outlives what follows: all of it hangs on its stop
  std::unique_ptr<state::Restorer> restore_forward_;
  std::unique_ptr<state::Restorer> restore_backward_;
  std::unique_ptr<forward::PageWriter> pages_;
  std::unique_ptr<forward::Load> load_;
  std::unique_ptr<forward::Capture> forward_capture_;
  std::unique_ptr<forward::Apply> forward_apply_;
  std::unique_ptr<backward::Capture> backward_capture_;
  std::unique_ptr<backward::ItemWriter> item_writer_;
  std::unique_ptr<backward::Apply> backward_apply_;
  Signal changed_;
  std::string activity_ = "The link is being set up.";
  std::string stopped_;
  bool running_ = false;
  bool applying_ = false;
  std::int64_t violations_ = 0;
  std::int64_t dead_letters_ = 0;
};

}  // namespace crossfade::sync
