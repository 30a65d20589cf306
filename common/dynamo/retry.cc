#include "common/dynamo/retry.h"

#include <algorithm>
#include <cmath>

namespace crossfade::dynamo {

namespace {
constexpr Milliseconds kLongestServerWish{5'000};
constexpr unsigned kEmptyBudgetExponent = 20;
}  // namespace

bool RetryBudget::take(int cost) {
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

void RetryBudget::give_back(int tokens) {
  tokens_ = std::min(kCapacity, tokens_ + tokens);
}

Retry::Decision Retry::after(const Refusal& refusal, std::int64_t steady_ms) {
  ++failures_;
  outcome_unknown_ = outcome_unknown_ || refusal.error.outcome_unknown;
  switch (refusal.error.fault) {
    case Fault::transient:
    case Fault::unavailable:
    case Fault::conflict:
      return after_transient(refusal);
    case Fault::throttled:
      return after_throttle(refusal, steady_ms);
    case Fault::credentials:
      if (refusal.clock_skew && !std::exchange(corrected_, true)) return {Action::correct_clock};
      if (!std::exchange(refreshed_, true)) return {Action::refresh_credentials};
      return {};
    default:
      return {};
  }
}

void Retry::succeeded() {
  budget_.give_back(std::max(1, tokens_held_));
}

Retry::Decision Retry::after_transient(const Refusal& refusal) {
  ++transients_;
  if (transients_ >= policy_.max_attempts || !budget_.take(RetryBudget::kTransientCost)) return {};
  tokens_held_ = RetryBudget::kTransientCost;
  return {Action::wait, delay(policy_.transient_base, transients_ - 1, refusal)};
}

Retry::Decision Retry::after_throttle(const Refusal& refusal, std::int64_t steady_ms) {
  if (throttles_ == 0) first_throttle_ms_ = steady_ms;
  if (steady_ms - first_throttle_ms_ >= policy_.patience.count()) return {};
  ++throttles_;
  const bool paid = budget_.take(RetryBudget::kThrottleCost);
  tokens_held_ = paid ? RetryBudget::kThrottleCost : 0;
  return {Action::wait,
          delay(policy_.throttle_base, paid ? throttles_ - 1 : kEmptyBudgetExponent, refusal)};
}

Milliseconds Retry::delay(Milliseconds base, unsigned exponent, const Refusal& refusal) {
  const double ceiling =
      std::min(static_cast<double>(policy_.cap.count()),
               std::ldexp(static_cast<double>(base.count()),
                          static_cast<int>(std::min(exponent, kEmptyBudgetExponent))));
  const Milliseconds jittered(static_cast<std::int64_t>(random_.uniform() * ceiling));
  if (!refusal.retry_after) return jittered;
  return std::clamp(*refusal.retry_after, jittered, jittered + kLongestServerWish);
}

}  // namespace crossfade::dynamo
