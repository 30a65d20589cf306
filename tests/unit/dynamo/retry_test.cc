#include "common/dynamo/retry.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace crossfade::dynamo {
namespace {

using Action = Retry::Action;

Refusal refusal(Fault fault, bool unknown = false) {
  Refusal made;
  made.error.fault = fault;
  made.error.outcome_unknown = unknown;
  return made;
}

class RetryTest : public ::testing::Test {
 protected:
  Retry make() { return {policy, budget, random}; }

  RetryPolicy policy;
  RetryBudget budget;
  Random random{7};
};

TEST_F(RetryTest, TransientFaultsHaveFourAttempts) {
  for (const Fault fault : {Fault::transient, Fault::unavailable, Fault::conflict}) {
    Retry retry = make();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(retry.after(refusal(fault), 0).action, Action::wait);
    EXPECT_EQ(retry.after(refusal(fault), 0).action, Action::give_up);
    EXPECT_EQ(retry.failures(), 4U);
  }
}

TEST_F(RetryTest, WhatCannotGetBetterIsNotTriedAgain) {
  for (const Fault fault :
       {Fault::expired_iterator, Fault::trimmed, Fault::forbidden, Fault::not_found,
        Fault::condition_failed, Fault::rejected, Fault::invalid}) {
    Retry retry = make();
    EXPECT_EQ(retry.after(refusal(fault), 0).action, Action::give_up);
  }
  EXPECT_EQ(budget.tokens(), RetryBudget::kCapacity);
}

TEST_F(RetryTest, ThrottlingIsBorneUntilPatienceEnds) {
  policy.patience = Milliseconds(60'000);
  Retry retry = make();
  EXPECT_EQ(retry.after(refusal(Fault::throttled), 1'000).action, Action::wait);
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(retry.after(refusal(Fault::throttled), 60'999).action, Action::wait);
  }
  EXPECT_EQ(retry.after(refusal(Fault::throttled), 61'000).action, Action::give_up);
}

TEST_F(RetryTest, ThrottlingDoesNotUseUpTheTransientAttempts) {
  Retry retry = make();
  for (int i = 0; i < 10; ++i) retry.after(refusal(Fault::throttled), 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(retry.after(refusal(Fault::transient), 0).action, Action::wait);
  }
  EXPECT_EQ(retry.after(refusal(Fault::transient), 0).action, Action::give_up);
}

TEST_F(RetryTest, CredentialsAreRefreshedOnceAndTheClockCorrectedOnce) {
  Refusal skewed = refusal(Fault::credentials);
  skewed.clock_skew = true;
  Retry retry = make();
  EXPECT_EQ(retry.after(skewed, 0).action, Action::correct_clock);
  EXPECT_EQ(retry.after(skewed, 0).action, Action::refresh_credentials);
  EXPECT_EQ(retry.after(skewed, 0).action, Action::give_up);
  Retry other = make();
  EXPECT_EQ(other.after(refusal(Fault::credentials), 0).action, Action::refresh_credentials);
  EXPECT_EQ(other.after(refusal(Fault::credentials), 0).action, Action::give_up);
}

TEST_F(RetryTest, AnUnknownOutcomeIsRemembered) {
  Retry retry = make();
  EXPECT_FALSE(retry.outcome_unknown());
  retry.after(refusal(Fault::throttled), 0);
  EXPECT_FALSE(retry.outcome_unknown());
  retry.after(refusal(Fault::transient, true), 0);
  retry.after(refusal(Fault::throttled), 0);
  EXPECT_TRUE(retry.outcome_unknown());
}

TEST_F(RetryTest, AnEmptyBudgetEndsTransientRetries) {
  while (budget.take(RetryBudget::kTransientCost)) {
  }
  Retry retry = make();
  EXPECT_EQ(retry.after(refusal(Fault::transient), 0).action, Action::give_up);
}

TEST_F(RetryTest, AnEmptyBudgetMakesThrottledRetriesSlow) {
  while (budget.take(1)) {
  }
  std::int64_t sum = 0;
  for (int i = 0; i < 200; ++i) {
    Retry retry = make();
    const auto decision = retry.after(refusal(Fault::throttled), 0);
    ASSERT_EQ(decision.action, Action::wait);
    ASSERT_LE(decision.delay, policy.cap);
    sum += decision.delay.count();
  }
  EXPECT_GT(sum / 200, policy.throttle_base.count());
}

TEST_F(RetryTest, SuccessGivesBackWhatTheLastRetryTook) {
  Retry retry = make();
  retry.after(refusal(Fault::transient), 0);
  EXPECT_EQ(budget.tokens(), 500 - 14);
  retry.after(refusal(Fault::throttled), 0);
  EXPECT_EQ(budget.tokens(), 500 - 14 - 5);
  retry.succeeded();
  EXPECT_EQ(budget.tokens(), 500 - 14);
  for (int i = 0; i < 100; ++i) make().succeeded();
  EXPECT_EQ(budget.tokens(), 500);
}

/// The largest of many delays after `count` faults comes close to the ceiling, and none passes it.
Milliseconds longest(RetryTest&, const RetryPolicy& policy, Fault fault, int count) {
  Random random(1);
  Milliseconds most{0};
  for (int i = 0; i < 2'000; ++i) {
    RetryBudget budget;
    Retry retry(policy, budget, random);
    Retry::Decision decision;
    for (int n = 0; n < count; ++n) decision = retry.after(refusal(fault), 0);
    most = std::max(most, decision.delay);
  }
  return most;
}

TEST_F(RetryTest, DelaysDoubleUpToTheCap) {
  policy.max_attempts = 100;
  const auto near = [](Milliseconds seen, std::int64_t ceiling) {
    return seen.count() <= ceiling && seen.count() > ceiling * 9 / 10;
  };
  EXPECT_TRUE(near(longest(*this, policy, Fault::transient, 1), 25));
  EXPECT_TRUE(near(longest(*this, policy, Fault::transient, 3), 100));
  EXPECT_TRUE(near(longest(*this, policy, Fault::throttled, 1), 1'000));
  EXPECT_TRUE(near(longest(*this, policy, Fault::throttled, 3), 4'000));
  EXPECT_TRUE(near(longest(*this, policy, Fault::throttled, 12), 20'000));
}

TEST_F(RetryTest, TheServersWishIsHonouredWithinFiveSeconds) {
  Refusal advised = refusal(Fault::throttled);
  for (const int wish : {0, 900, 3'000, 600'000}) {
    advised.retry_after = Milliseconds(wish);
    Random one(3);
    Random same(3);
    const double jittered = std::floor(same.uniform() * 1'000);
    Retry retry(policy, budget, one);
    const auto delay = static_cast<double>(retry.after(advised, 0).delay.count());
    EXPECT_EQ(delay, std::clamp<double>(wish, jittered, jittered + 5'000));
  }
}

RC_GTEST_PROP(RetryProperty, EveryCallEndsAndNoDelayPassesTheCap, (std::uint64_t seed)) {
  constexpr std::array kFaults = {Fault::transient, Fault::unavailable, Fault::throttled,
                                  Fault::credentials, Fault::conflict};
  const RetryPolicy policy{.max_attempts = 4, .patience = Milliseconds(600'000)};
  Random random(seed);
  RetryBudget budget;
  Retry retry(policy, budget, random);
  std::int64_t now = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Fault fault = kFaults.at(random.bits() % kFaults.size());
    const auto decision = retry.after(refusal(fault), now);
    if (decision.action == Action::give_up) return;
    RC_ASSERT(decision.delay >= Milliseconds(0));
    RC_ASSERT(decision.delay <= policy.cap);
    now += decision.delay.count() + 1;
  }
  RC_FAIL("a call that never ends");
}

}  // namespace
}  // namespace crossfade::dynamo
