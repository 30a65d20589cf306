#pragma once

#include <boost/asio/steady_timer.hpp>
#include <list>

#include "common/async/task.h"
#include "common/base/clock.h"

namespace crossfade {

/// A request to end, passed down a tree: stopping a parent stops its children, never the other way.
/// Stopping is cooperative: loops look at requested() between steps, sleeps end early, calls in
/// flight run to their own deadline; so no write is ever abandoned half-known by a graceful stop.
/// One thread only.
class Stop {
 public:
  explicit Stop(const Executor& executor) : executor_(executor) {}
  explicit Stop(Stop& parent);
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  bool requested() const { return requested_; }
  void request();

  /// Waits, or returns at once when the stop is requested.
  Task<void> sleep(Milliseconds duration);
  Executor executor() const { return executor_; }

 private:
  friend class Signal;
  Executor executor_;
  Stop* parent_ = nullptr;
  std::list<Stop*> children_;
  std::list<boost::asio::steady_timer*> sleepers_;
  bool requested_ = false;
};

/// Something has changed: wakes everyone who waits. One thread only.
class Signal {
 public:
  explicit Signal(const Executor& executor) : executor_(executor) {}
  void notify();
  /// Returns when notified after the call, when `limit` has passed, or when `stop` is requested.
  Task<void> wait(Stop& stop, Milliseconds limit);

 private:
  Executor executor_;
  std::list<boost::asio::steady_timer*> waiters_;
};

}  // namespace crossfade
