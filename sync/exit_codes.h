#pragma once

#include <array>
#include <string>
#include <string_view>

namespace crossfade::sync {

/// Exit codes of the command line. Scripts rely on them: a number never changes its meaning.
enum Exit : int {
  kOk = 0,
  kFailed = 1,
  kGuardUnmet = 2,
  kUndone = 3,
  kTimeRanOut = kUndone,
  kCompleting = 4,
  kRefused = 5,
  kLinkStopped = kRefused,
};

struct ExitCode {
  int code;
  std::string_view meaning;
};

/// Every code once, in order; the table in README.md and the end of `crossfade --help` say the
/// same.
inline constexpr std::array<ExitCode, 6> kExitCodes = {{
    {kOk, "done"},
    {kFailed, "anything else"},
    {kGuardUnmet, "a guard is unmet; nothing was changed"},
    {kUndone,
     "it ran out of its budget, or failed, and was undone; of wait: 3 when the time ran out"},
    {kCompleting, "the journal is written: the service completes it without anybody"},
    {kRefused,
     "refused, by the state or for another hand-off; of wait: 5 when the link has stopped"},
}};

std::string exit_codes_text();

}  // namespace crossfade::sync
