#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "sync/config.h"

namespace crossfade::sync {

/// One thing that was looked at.
struct CheckLine {
  std::string name;  ///< "dynamodb", "mongodb", "orders: stream"
  bool ok = false;
  std::string text;  ///< what was found, or one sentence that says what is wrong and what to do
};

/// Looks at everything that `crossfade run` needs, and changes nothing. Runs on `executor`, which
/// runs until the answer is there.
using Checker =
    std::function<Task<std::vector<CheckLine>>(const Config& config, Executor executor)>;

struct CliContext;

/// `crossfade check`: one line for each thing; fails when one of them is not well.
int check_command(const CliContext& context, const Config& config, bool json);

}  // namespace crossfade::sync
