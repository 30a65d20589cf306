#include "common/model/progress.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crossfade {
namespace {

TEST(LagHistogramTest, IsEmptyAtFirst) {
  const LagHistogram lags;
  EXPECT_EQ(lags.count(), 0);
  EXPECT_EQ(lags.quantile(0.5), 0);
}

TEST(LagHistogramTest, TellsEachQuantileWithinTwelvePercent) {
  LagHistogram lags;
  for (int lag = 1; lag <= 1'000; ++lag) lags.add(lag);
  EXPECT_EQ(lags.count(), 1'000);
  for (const double q : {0.1, 0.5, 0.9, 0.99, 1.0})
    EXPECT_NEAR(lags.quantile(q), 1'000 * q, 1'000 * q * 0.13) << q;
}

TEST(LagHistogramTest, TakesEveryValueThereIs) {
  LagHistogram lags;
  lags.add(-5);
  lags.add(0);
  EXPECT_LE(lags.quantile(1), 1.2) << "less than a millisecond counts as one";
  LagHistogram year;
  const std::int64_t ms = 365LL * 86'400'000;
  year.add(ms);
  EXPECT_GT(year.quantile(0.5), static_cast<double>(ms) / 20) << "the last bucket takes the rest";
  EXPECT_TRUE(std::isfinite(year.quantile(0.5)));
}

TEST(LagHistogramTest, OneSlowChangeInAHundredShowsInTheLastPercentOnly) {
  LagHistogram lags;
  for (int i = 0; i < 980; ++i) lags.add(10);
  for (int i = 0; i < 20; ++i) lags.add(5'000);
  EXPECT_NEAR(lags.quantile(0.5), 10, 1.3);
  EXPECT_NEAR(lags.quantile(0.99), 5'000, 600);
}

TEST(ProgressTest, NothingWaitsAtFirst) {
  const Progress progress;
  EXPECT_EQ(progress.behind(), 0);
  EXPECT_EQ(progress.lag_ms(1'000'000), 0);
  EXPECT_EQ(progress.applied_position(), 0);
}

TEST(ProgressTest, CountsWhatIsCapturedAndApplied) {
  Progress progress;
  progress.found(50, 3, 400);
  progress.captured(100, 2, 500);
  progress.echoes(7);
  EXPECT_EQ(progress.captured_total(), 2);
  EXPECT_EQ(progress.echoes_total(), 7);
  EXPECT_EQ(progress.behind(), 5);
  progress.applied(500, 620);
  EXPECT_EQ(progress.applied_total(), 1);
  EXPECT_EQ(progress.behind(), 4);
  EXPECT_EQ(progress.lags().count(), 1);
  EXPECT_NEAR(progress.lags().quantile(0.5), 120, 16);
}

/// Keys are applied side by side: an older change may come later.
TEST(ProgressTest, KnowsTheNewestChangeThatWasApplied) {
  Progress progress;
  EXPECT_EQ(progress.applied_until_ms(), 0);
  progress.applied(500, 620);
  progress.applied(400, 630);
  EXPECT_EQ(progress.applied_until_ms(), 500);
}

TEST(ProgressTest, LagIsThatOfTheOldestChangeThatWaits) {
  Progress progress;
  progress.captured(100, 1, 1'000);
  progress.captured(200, 1, 1'500);
  EXPECT_EQ(progress.lag_ms(2'000), 1'000);
  progress.applied_to(99);
  EXPECT_EQ(progress.lag_ms(2'000), 1'000);
  progress.applied_to(100);
  EXPECT_EQ(progress.lag_ms(2'000), 500);
  progress.applied_to(200);
  EXPECT_EQ(progress.lag_ms(2'000), 0);
}

/// Shards are read side by side: a later record of the log may hold an older change.
TEST(ProgressTest, TheOldestIsNotAlwaysTheFirstInTheLog) {
  Progress progress;
  progress.captured(100, 1, 1'500);
  progress.captured(200, 1, 1'000);
  EXPECT_EQ(progress.lag_ms(2'000), 1'000);
  progress.applied_to(100);
  EXPECT_EQ(progress.lag_ms(2'000), 1'000);
}

TEST(ProgressTest, LagIsNeverNegative) {
  Progress progress;
  progress.captured(100, 1, 3'000);
  EXPECT_EQ(progress.lag_ms(2'000), 0);
}

TEST(ProgressTest, WhatWasAppliedBeforeItWasCountedDoesNotWait) {
  Progress progress;
  progress.applied_to(300);
  progress.captured(250, 1, 10);
  EXPECT_EQ(progress.lag_ms(1'000), 0);
  progress.captured(301, 1, 10);
  EXPECT_EQ(progress.lag_ms(1'000), 990);
}

TEST(ProgressTest, ThePositionNeverGoesBack) {
  Progress progress;
  progress.applied_to(300);
  progress.applied_to(200);
  EXPECT_EQ(progress.applied_position(), 300);
}

TEST(ProgressTest, EchoesAloneMakeNoLag) {
  Progress progress;
  progress.captured(100, 0, 5);
  EXPECT_EQ(progress.lag_ms(1'000), 0);
}

TEST(ProgressTest, ALongBacklogStaysBoundedAndKeepsItsOldest) {
  Progress progress;
  constexpr std::int64_t kBatches = 100'000;
  for (std::int64_t i = 1; i <= kBatches; ++i) progress.captured(i * 10, 1, 1'000 + i);
  EXPECT_EQ(progress.behind(), kBatches);
  EXPECT_EQ(progress.lag_ms(1'001), 0);
  EXPECT_EQ(progress.lag_ms(1'101), 100);
  progress.applied_to(kBatches * 10 - 1);
  EXPECT_GT(progress.lag_ms(1'000 + 2 * kBatches), 0) << "the last one still waits";
  progress.applied_to(kBatches * 10);
  EXPECT_EQ(progress.lag_ms(1'000 + 2 * kBatches), 0);
}

}  // namespace
}  // namespace crossfade
