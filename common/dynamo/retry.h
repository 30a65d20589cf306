#pragma once

#include "common/base/random.h"
#include "common/dynamo/errors.h"

namespace crossfade::dynamo {

struct RetryPolicy {
  unsigned max_attempts = 4;  ///< of transient faults, the first attempt included
  Milliseconds patience = std::chrono::hours(1);  ///< with throttling, from its first sign
  Milliseconds transient_base{25};
  Milliseconds throttle_base{1'000};
  Milliseconds cap{20'000};
};

/// Tokens that retries take and successes give back, shared by all calls to the service, so that an
/// outage is not answered with a storm. Figures of the AWS SDKs.
class RetryBudget {
 public:
  static constexpr int kCapacity = 500;
  static constexpr int kTransientCost = 14;
  static constexpr int kThrottleCost = 5;

  bool take(int cost);
  void give_back(int tokens);
  int tokens() const { return tokens_; }

 private:
  int tokens_ = kCapacity;
};

/// The decisions of one call, without I/O: asked after each failed attempt what to do next.
/// - transient, unavailable, conflict: full jitter, up to max_attempts, while the budget has
/// tokens;
/// - throttled: full jitter until patience ends; an empty budget only makes the waits long;
/// - credentials: once, after a refresh; a refused clock: once, after correcting it;
/// - anything else: the end.
class Retry {
 public:
  enum class Action { give_up, wait, refresh_credentials, correct_clock };
  struct Decision {
    Action action = Action::give_up;
    Milliseconds delay{0};
  };

  Retry(const RetryPolicy& policy, RetryBudget& budget, Random& random)
      : policy_(policy), budget_(budget), random_(random) {}

  Decision after(const Refusal& refusal, std::int64_t steady_ms);
  void succeeded();

  /// Failed attempts so far.
  unsigned failures() const { return failures_; }
  /// Some attempt so far may still take effect.
  bool outcome_unknown() const { return outcome_unknown_; }

 private:
  Decision after_transient(const Refusal& refusal);
  Decision after_throttle(const Refusal& refusal, std::int64_t steady_ms);
  Milliseconds delay(Milliseconds base, unsigned exponent, const Refusal& refusal);

  const RetryPolicy& policy_;
  RetryBudget& budget_;
  Random& random_;
  unsigned failures_ = 0;
  unsigned transients_ = 0;
  unsigned throttles_ = 0;
  std::int64_t first_throttle_ms_ = 0;
  int tokens_held_ = 0;
  bool refreshed_ = false;
  bool corrected_ = false;
  bool outcome_unknown_ = false;
};

}  // namespace crossfade::dynamo
