#pragma once

#include <optional>
#include <utility>

#include "common/async/stop.h"

namespace crossfade {

/// Owns coroutines: the first error asks the siblings to stop, and join() returns it after every
/// one of them has ended. A group must be joined before it is destroyed. One thread only.
class TaskGroup {
 public:
  /// Stops when `parent` stops.
  explicit TaskGroup(Stop& parent) : stop_(parent), ended_(parent.executor()) {}
  ~TaskGroup();

  /// Given to the members, so that they end together.
  Stop& stop() { return stop_; }
  void start(Task<Result<void>> task);
  Task<Result<void>> join();

 private:
  void finished(const Result<void>& result);

  Stop stop_;
  Signal ended_;
  std::size_t running_ = 0;
  std::optional<Error> first_error_;
};

}  // namespace crossfade
