#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/base/failpoints.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/control/control_table.h"
#include "rollout/guards.h"

namespace crossfade::rollout {

/// Where what happens is told: transitions, guards, violations. Never blocks, never fails.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// `json` is one object.
  virtual void publish(std::string_view type, std::string json) = 0;
};

/// What a team hangs on the transitions of a group.
struct HookOptions {
  std::map<std::string, std::string> programs;  ///< by transition; a path each
  Milliseconds limit{30'000};
};

/// Runs the programs.
class Hooks {
 public:
  virtual ~Hooks() = default;
  using Variables = std::map<std::string, std::string>;
  /// Runs what is configured for the transition (before_fence, before_journal, after_flip,
  /// after_undo, after_complete), bounded in time and output; its output, or an error whose
  /// sentence says why and whose detail is the output. Nothing configured is success.
  virtual Task<Result<std::string>> run(const HookOptions& hooks, std::string transition,
                                        Variables variables) = 0;
};

struct GroupOptions {
  std::string name;
  AuthorityRule begin;  ///< the rule of a new group; an empty salt is made up once
  GuardLimits limits;
  HookOptions hooks;
};

/// What every group of a process works with; all of it outlives the groups.
struct GroupContext {
  control::ControlTable& table;
  const Clock& clock;
  Random& random;
  Log& log;
  Hooks& hooks;
  EventSink& events;
  const Failpoints& failpoints;
  std::string process;             ///< random, made once for each process
  std::vector<std::string> ended;  ///< processes that have surely ended
  Milliseconds request_life;       ///< how long a write to DynamoDB may still land
};

}  // namespace crossfade::rollout
