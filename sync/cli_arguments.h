#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "sync/run_options.h"

namespace crossfade::sync {

enum class Verb {
  run,
  check,
  init,
  status,
  wait,
  map,
  ramp,
  rollback,
  recover,
  complete,
  cancel,
  next,
  why,
  rules,
  versions,
  clients,
  forget_client,
  audit,
  violations,
  show_violation,
  resolve_violation,
  deadletters,
  version,
  help,
};

/// What the verbs of a group were told.
struct GroupArguments {
  std::string group;         ///< empty: the service's only one
  std::optional<double> to;  ///< percent
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::vector<std::string> unlist;
  std::string allow_file;  ///< one subject a line
  bool dry_run = false;
  bool unplanned = false;
  std::optional<Milliseconds> budget;
  std::string verify = "recent";
  std::vector<std::string> overrides;
  std::string who;  ///< empty: user@host
  std::string reason;
  std::string client;
};

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
  std::string id;
  std::string take;
  GroupArguments of_group;
  std::string help;  ///< the text of --help
};

/// Reads the command line, without the program's name. The error is one sentence.
Result<CliArguments> parse_arguments(std::vector<std::string> arguments);

}  // namespace crossfade::sync
