#include "common/model/progress.h"

#include <algorithm>
#include <cmath>

namespace crossfade {
namespace {

constexpr double kGrowth = 1.25;
constexpr std::size_t kMaxWaiting = 4096;

}  // namespace

void LagHistogram::add(std::int64_t lag_ms) {
  const double value = std::max<double>(1.0, static_cast<double>(lag_ms));
  const auto bucket = static_cast<std::size_t>(std::log(value) / std::log(kGrowth));
  ++buckets_[std::min(bucket, kBuckets - 1)];
  ++count_;
}

double LagHistogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const double rank = q * static_cast<double>(count_);
  double seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < kBuckets && (seen += static_cast<double>(buckets_[bucket])) < rank) ++bucket;
  return std::pow(kGrowth, static_cast<double>(bucket) + 0.5);
}

void Progress::captured(std::int64_t end, std::int64_t records, std::int64_t oldest_ms) {
  captured_ += records;
  if (records > 0) wait_for(end, oldest_ms);
}

void Progress::found(std::int64_t end, std::int64_t records, std::int64_t oldest_ms) {
  found_ += records;
  if (records > 0) wait_for(end, oldest_ms);
}

void Progress::wait_for(std::int64_t end, std::int64_t oldest_ms) {
  if (end <= applied_to_) return;
  const auto later = std::ranges::upper_bound(waiting_, end, {}, &Waiting::end);
  waiting_.insert(later, {end, oldest_ms});
  if (waiting_.size() <= kMaxWaiting) return;
  std::deque<Waiting> merged;
  for (std::size_t i = 0; i + 1 < waiting_.size(); i += 2) {
    merged.push_back(
        {waiting_[i + 1].end, std::min(waiting_[i].oldest_ms, waiting_[i + 1].oldest_ms)});
  }
  if (waiting_.size() % 2 == 1) merged.push_back(waiting_.back());
  waiting_.swap(merged);
}

void Progress::applied(std::int64_t source_time_ms, std::int64_t now_ms) {
  ++applied_;
  applied_until_ms_ = std::max(applied_until_ms_, source_time_ms);
  lags_.add(now_ms - source_time_ms);
}

void Progress::applied_to(std::int64_t position) {
  applied_to_ = std::max(applied_to_, position);
  while (!waiting_.empty() && waiting_.front().end <= applied_to_) waiting_.pop_front();
}

std::int64_t Progress::lag_ms(std::int64_t now_ms) const {
  if (waiting_.empty()) return 0;
  const auto oldest = std::ranges::min_element(waiting_, {}, &Waiting::oldest_ms);
  return std::max<std::int64_t>(0, now_ms - oldest->oldest_ms);
}

}  // namespace crossfade
