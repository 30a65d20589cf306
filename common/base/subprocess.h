#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"

namespace crossfade {

struct SubprocessOptions {
  std::vector<std::string> arguments;            ///< the first is the program, by its path
  std::map<std::string, std::string> variables;  ///< besides those of this process
  Milliseconds limit{60'000};                    ///< then it is killed, with all of its children
  std::size_t most_output = 64U << 10;           ///< the same when it writes more
  bool with_errors = false;                      ///< standard error counts as output too
};

struct SubprocessEnd {
  enum class How { exited, could_not_start, took_too_long, wrote_too_much, signalled };
  How how = How::exited;
  int code = 0;  ///< of exited and signalled
  std::string output;

  bool good() const { return how == How::exited && code == 0; }
};

/// Runs a program without standard input, in a process group of its own, and takes what it writes.
/// Blocks until it has ended; thread-safe.
SubprocessEnd run_subprocess(const SubprocessOptions& options);

}  // namespace crossfade
