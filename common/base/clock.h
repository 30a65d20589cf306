#pragma once

#include <chrono>
#include <cstdint>

namespace crossfade {

using Milliseconds = std::chrono::milliseconds;

/// Wall and steady time, handed in so that a test can hold or move it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since the Unix epoch: signing, record times, lag.
  virtual std::int64_t wall_ms() const = 0;
  /// Milliseconds of a clock that never goes back: deadlines, rates, back-off.
  virtual std::int64_t steady_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_ms() const override;
  std::int64_t steady_ms() const override;
};

/// Stands still until told otherwise; both readings advance together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t start_ms = 1'767'225'600'000) : now_ms_(start_ms) {}
  std::int64_t wall_ms() const override { return now_ms_; }
  std::int64_t steady_ms() const override { return now_ms_; }
  void advance(Milliseconds by) { now_ms_ += by.count(); }

 private:
  std::int64_t now_ms_;
};

}  // namespace crossfade
