#pragma once

#include <algorithm>

#include "common/base/clock.h"

namespace crossfade::forward {

/// When a shard may be read again: `fast` after the begin of the last request while records come
/// (AWS allows five a second), backing off to `slow` when the shard is idle, for each GetRecords
/// costs money. Pure.
class PollPace {
 public:
  PollPace(Milliseconds fast, Milliseconds slow)
      : fast_(fast), slow_(std::max(fast, slow)), interval_(fast) {}

  void began(std::int64_t steady_ms) { last_begin_ms_ = steady_ms; }
  void answered(bool had_records) {
    interval_ = had_records ? fast_ : std::min(slow_, interval_ + interval_ / 4);
  }
  /// Somebody waits for the tip: forget the back-off.
  void hurry() { interval_ = fast_; }

  /// One millisecond more than asked for: both readings were cut to the millisecond, and five
  /// begins must never lie within less than a second.
  Milliseconds wait(std::int64_t steady_ms) const {
    return std::max(Milliseconds(0),
                    interval_ + Milliseconds(1) - Milliseconds(steady_ms - last_begin_ms_));
  }

 private:
  Milliseconds fast_;
  Milliseconds slow_;
  Milliseconds interval_;
  std::int64_t last_begin_ms_ = -(1LL << 40);
};

}  // namespace crossfade::forward
