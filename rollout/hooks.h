#pragma once

#include <string>

#include "common/async/offload.h"
#include "rollout/group_context.h"

namespace crossfade::rollout {

/// What every hook is told, as environment variables; `record.from` and `record.to` may be the
/// same.
Hooks::Variables hook_variables(const control::GroupState& state,
                                const control::HandoffRecord& record,
                                const std::string& transition);

/// Runs each program on a thread of the pool, with its variables in the environment; what it writes
/// (both streams, 16 KB) is kept with the audit entry.
class ProgramHooks final : public Hooks {
 public:
  explicit ProgramHooks(ThreadPool& threads) : threads_(threads) {}

  Task<Result<std::string>> run(const HookOptions& hooks, std::string transition,
                                Variables variables) override;

 private:
  ThreadPool& threads_;
};

}  // namespace crossfade::rollout
