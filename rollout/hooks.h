#pragma once

#include <map>
#include <string>

#include "common/async/offload.h"
#include "rollout/group_context.h"

namespace crossfade::rollout {

struct HookOptions {
  std::map<std::string, std::string> programs;  ///< by transition; a path each
  Milliseconds limit{30'000};
};

/// Runs the configured programs, each on a thread of the pool, with its variables in the
/// environment; what they write (both streams, 16 KB) is kept with the audit entry.
class ProgramHooks final : public Hooks {
 public:
  ProgramHooks(HookOptions options, ThreadPool& threads)
      : options_(std::move(options)), threads_(threads) {}

  Task<Result<std::string>> run(std::string transition, Variables variables) override;

 private:
  HookOptions options_;
  ThreadPool& threads_;
};

}  // namespace crossfade::rollout
