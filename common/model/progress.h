#pragma once

#include <array>
#include <cstdint>
#include <deque>

namespace crossfade {

/// How long changes took, in buckets that grow by a quarter: quantiles within 12 % and a fixed
/// size.
class LagHistogram {
 public:
  void add(std::int64_t lag_ms);
  /// 0 when nothing was added. `q` in 0..1.
  double quantile(double q) const;
  std::int64_t count() const { return count_; }

 private:
  static constexpr std::size_t kBuckets = 96;
  std::array<std::int64_t, kBuckets> buckets_{};
  std::int64_t count_ = 0;
};

/// The figures of one direction of one link. Lag is now minus the source's time of the oldest
/// change that is captured and not yet applied, 0 when none waits. One thread only; bounded.
class Progress {
 public:
  /// `records` genuine changes have become durable, the oldest made at `oldest_ms`; the log ends at
  /// `end`.
  void captured(std::int64_t end, std::int64_t records, std::int64_t oldest_ms);
  /// Changes found in the log when the process began.
  void found(std::int64_t end, std::int64_t records, std::int64_t oldest_ms);
  void echoes(std::int64_t records) { echoes_ += records; }
  /// One change was applied, superseded or set aside.
  void applied(std::int64_t source_time_ms, std::int64_t now_ms);
  /// Everything before this position is applied.
  void applied_to(std::int64_t position);

  std::int64_t captured_total() const { return captured_; }
  std::int64_t applied_total() const { return applied_; }
  std::int64_t echoes_total() const { return echoes_; }
  std::int64_t behind() const { return captured_ + found_ - applied_; }
  std::int64_t lag_ms(std::int64_t now_ms) const;
  /// The source's time of the newest change that was applied; 0: none was.
  std::int64_t applied_until_ms() const { return applied_until_ms_; }
  std::int64_t applied_position() const { return applied_to_; }
  const LagHistogram& lags() const { return lags_; }

 private:
  struct Waiting {
    std::int64_t end;
    std::int64_t oldest_ms;
  };
  void wait_for(std::int64_t end, std::int64_t oldest_ms);

  std::deque<Waiting> waiting_;
  std::int64_t captured_ = 0;
  std::int64_t found_ = 0;
  std::int64_t applied_ = 0;
  std::int64_t echoes_ = 0;
  std::int64_t applied_to_ = 0;
  std::int64_t applied_until_ms_ = 0;
  LagHistogram lags_;
};

}  // namespace crossfade
