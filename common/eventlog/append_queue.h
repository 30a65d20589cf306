#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/async/stop.h"
#include "common/eventlog/position.h"

namespace crossfade::eventlog {

/// An append in flight.
struct Append {
  std::vector<std::string> records;
  std::size_t bytes = 0;
  std::optional<Result<std::vector<Position>>> outcome;
};

/// Where a group of appends goes.
class GroupSink {
 public:
  virtual ~GroupSink() = default;
  /// Sets the outcome of each.
  virtual Task<void> write_group(std::vector<Append*> group) = 0;
};

/// Decides who shares a write and its sync. An append that finds nothing in flight goes at once;
/// those that arrive while a group is being written wait and go together, at least `delay` after
/// that group began: so a busy log syncs no more often than that, and an idle one answers in the
/// time of one sync. There is no background task: one of those who wait writes for all of them.
/// A group holds at most about `group_bytes`. One thread.
class AppendQueue {
 public:
  struct Limits {
    std::size_t group_bytes = 8U << 20U;
    Milliseconds delay{0};
  };

  AppendQueue(const Executor& executor, const Clock& clock, Limits limits, GroupSink& sink)
      : never_(executor), settled_(executor), clock_(clock), limits_(limits), sink_(sink) {}

  /// In the order of the calls.
  Task<Result<std::vector<Position>>> append(std::vector<std::string> records);

 private:
  Task<void> lead(bool behind_another);
  std::vector<Append*> take_group();

  Stop never_;
  Signal settled_;
  const Clock& clock_;
  Limits limits_;
  GroupSink& sink_;
  std::deque<Append*> waiting_;
  bool writing_ = false;
  std::int64_t began_ms_ = 0;
};

}  // namespace crossfade::eventlog
