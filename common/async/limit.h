#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "common/async/stop.h"

namespace crossfade {

/// A stop of its own that requests itself when `time` has passed, for work with a deadline. Ends
/// with its parent too. One thread only.
class Limit {
 public:
  Limit(Stop& parent, Milliseconds time)
      : stop_(std::make_shared<Stop>(parent)), timer_(parent.executor(), time) {
    timer_.async_wait([stop = stop_, passed = passed_](const boost::system::error_code& failed) {
      if (failed) return;
      *passed = true;
      stop->request();
    });
  }

  Stop& stop() { return *stop_; }
  bool passed() const { return *passed_; }

 private:
  std::shared_ptr<Stop> stop_;
  std::shared_ptr<bool> passed_ = std::make_shared<bool>(false);
  boost::asio::steady_timer timer_;
};

}  // namespace crossfade
