#pragma once

#include <functional>
#include <string>

#include "common/base/result.h"

namespace crossfade::dynamo {

/// What AWS settings may be read from, handed in so that a test says what there is. The functions
/// are called from any thread, may block, and must not throw.
struct Environment {
  /// The variable's value; empty when unset.
  std::function<std::string(const std::string& name)> variable;
  /// The file's content. Fault::not_found when there is no such file, Fault::invalid when it cannot
  /// be read or is larger than a megabyte.
  std::function<Result<std::string>(const std::string& path)> read_file;
  /// Standard output of a command line, for credential_process; ends within a minute.
  std::function<Result<std::string>(const std::string& command)> run;

  /// The process's own.
  static Environment system();
};

}  // namespace crossfade::dynamo
