#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "sync/run_options.h"

namespace crossfade::sync {

enum class Verb { run, check, status, wait, map, violations, deadletters, version, help };

struct CliArguments {
  Verb verb = Verb::help;
  std::string config;  ///< empty: CROSSFADE_CONFIG
  bool json = false;
  RunOptions run;
  bool config_only = false;
  bool watch = false;
  std::string link;
  std::string until;
  Milliseconds timeout{60'000};
  std::string to;
  std::string key;
  int limit = 100;
  std::string help;  ///< the text of --help
};

/// Reads the command line, without the program's name. The error is one sentence.
Result<CliArguments> parse_arguments(std::vector<std::string> arguments);

}  // namespace crossfade::sync
