#pragma once

#include <algorithm>
#include <array>

#include "common/base/clock.h"

namespace crossfade::forward {

/// When a shard may be read again: `fast` after the begin of the last request while records come,
/// backing off to `slow` when the shard is idle, for each GetRecords costs money; and never before
/// a second has passed since the answer of the fifth request before: AWS allows five a second,
/// however unevenly requests travel. Pure.
class PollPace {
 public:
  PollPace(Milliseconds fast, Milliseconds slow)
      : fast_(fast), slow_(std::max(fast, slow)), interval_(fast) {}

  void began(std::int64_t steady_ms) { last_begin_ms_ = steady_ms; }
  /// The request that began last has been answered, or none will come.
  void ended(std::int64_t steady_ms) { ends_[requests_++ % kEachSecond] = steady_ms; }
  void answered(bool had_records) {
    interval_ = had_records ? fast_ : std::min(slow_, interval_ + interval_ / 4);
  }
  /// Somebody waits for the tip: forget the back-off.
  void hurry() { interval_ = fast_; }

  /// One millisecond more than asked for: all readings were cut to the millisecond.
  Milliseconds wait(std::int64_t steady_ms) const {
    const std::int64_t fifth_before = ends_[requests_ % kEachSecond];
    const std::int64_t due =
        std::max(last_begin_ms_ + interval_.count(), fifth_before + kSecondMs) + 1;
    return Milliseconds(std::max<std::int64_t>(0, due - steady_ms));
  }

 private:
  static constexpr std::size_t kEachSecond = 5;
  static constexpr std::int64_t kSecondMs = 1'000;
  static constexpr std::int64_t kLongAgoMs = -(1LL << 40);

  Milliseconds fast_;
  Milliseconds slow_;
  Milliseconds interval_;
  std::int64_t last_begin_ms_ = kLongAgoMs;
  std::array<std::int64_t, kEachSecond> ends_{kLongAgoMs, kLongAgoMs, kLongAgoMs, kLongAgoMs,
                                              kLongAgoMs};
  std::size_t requests_ = 0;
};

}  // namespace crossfade::forward
