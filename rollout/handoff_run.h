#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/async/limit.h"
#include "rollout/client_registry.h"
#include "rollout/group.h"
#include "rollout/handoff.h"

namespace crossfade::rollout {

/// What one hand-off works with; all of it outlives the run.
struct HandoffParts {
  GroupStore& store;
  ClientRegistry& registry;
  const std::vector<LinkedPair*>& links;
  Stop& stop;
};

struct HandoffPlan {
  control::HandoffRecord record;
  std::int64_t budget_ms = 5'000;
  VerifyScope verify = VerifyScope::recent;
};

/// Obeys a Handoff: does what it commands and tells it what came of it. Dying on any line leaves a
/// stored step from which the next process undoes (before the journal) or completes (after it).
/// Failpoints: handoff.<command>.before and handoff.<command>.after.
class HandoffRun {
 public:
  HandoffRun(const HandoffParts& parts, HandoffPlan plan);

  /// A fresh one, to its end; or until the stop, then with Outcome::running.
  Task<Outcome> run();
  /// What an earlier process left in the store, to its end. The links apply nothing yet.
  Task<Outcome> resume();

  const std::string& why() const { return why_; }
  /// How long the moving subjects were fenced.
  std::int64_t fence_ms() const { return fence_ms_; }
  const std::vector<StepTime>& took() const { return took_; }
  std::string hook_output() const { return hook_output_; }

 private:
  Task<Outcome> drive(Handoff machine);
  Task<Event> obey(const Handoff& machine, Stop& limit);
  Task<Event> perform(const Handoff& machine, Stop& limit);
  Task<Event> store_fence();
  Task<Event> store_step(control::HandoffStep step);
  Task<Event> store_journal(const Stop& limit);
  Task<Event> store_flip();
  Task<Event> store_end();
  Task<Event> store_undo(const std::string& why);
  Task<void> ended(std::string transition);
  using LinkWork = std::function<Task<Result<void>>(LinkedPair&, Stop&)>;
  Task<Result<void>> on_each_link(LinkWork work, Stop& limit);
  Task<Event> await_clients(Stop& limit);
  Task<Event> drain(Stop& limit);
  Task<Event> verify(Stop& limit);
  Task<Event> hold(Stop& limit);
  Task<Event> read_again();
  Task<Event> written(control::GroupState next, bool versioned, bool journal = false);
  Task<Result<void>> hook(std::string transition);
  void took(Command command, std::int64_t ms);
  void release_links();
  void adopt();
  bool unsettled() const;

  HandoffParts parts_;
  HandoffPlan plan_;
  std::int64_t fenced_at_ms_ = 0;  ///< steady
  std::int64_t fence_ms_ = 0;
  std::vector<StepTime> took_;
  std::map<std::string, control::Barrier> barriers_;
  std::string why_;
  std::string hook_output_;
};

}  // namespace crossfade::rollout
