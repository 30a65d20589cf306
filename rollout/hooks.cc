#include "rollout/hooks.h"

#include <fmt/core.h>

#include "common/base/subprocess.h"

namespace crossfade::rollout {
namespace {

constexpr std::size_t kMostOutput = 16U << 10;

std::string how_it_ended(const SubprocessEnd& end, Milliseconds limit) {
  using How = SubprocessEnd::How;
  switch (end.how) {
    case How::could_not_start:
      return "cannot be started; is it there and executable?";
    case How::took_too_long:
      return fmt::format("did not end within {} s", limit.count() / 1000);
    case How::wrote_too_much:
      return "wrote more than 16 KB";
    case How::signalled:
      return fmt::format("was ended by signal {}", end.code);
    case How::exited:
      break;
  }
  return fmt::format("ended with exit code {}", end.code);
}

}  // namespace

Hooks::Variables hook_variables(const control::GroupState& state,
                                const control::HandoffRecord& record,
                                const std::string& transition) {
  return {{"CROSSFADE_GROUP", state.rules.group},
          {"CROSSFADE_TRANSITION", transition},
          {"CROSSFADE_VERB", record.verb},
          {"CROSSFADE_FROM_PERCENT", fmt::format("{:g}", record.from.percent)},
          {"CROSSFADE_TO_PERCENT", fmt::format("{:g}", record.to.percent)},
          {"CROSSFADE_WHO", record.who},
          {"CROSSFADE_REASON", record.reason},
          {"CROSSFADE_VERSION", std::to_string(state.rules.version)},
          {"CROSSFADE_EPOCH", std::to_string(state.rules.epoch)}};
}

Task<Result<std::string>> ProgramHooks::run(const HookOptions& hooks, std::string transition,
                                            Variables variables) {
  const auto program = hooks.programs.find(transition);
  if (program == hooks.programs.end()) co_return std::string();
  SubprocessOptions options;
  options.arguments = {program->second};
  options.variables = std::move(variables);
  options.limit = hooks.limit;
  options.most_output = kMostOutput;
  options.with_errors = true;
  auto work = [&]() -> SubprocessEnd { return run_subprocess(options); };
  SubprocessEnd end = co_await offload(threads_, work);
  if (end.good()) co_return std::move(end.output);
  co_return fail(Fault::invalid,
                 fmt::format("the hook {} ({}) {}", transition, program->second,
                             how_it_ended(end, hooks.limit)),
                 std::move(end.output));
}

}  // namespace crossfade::rollout
