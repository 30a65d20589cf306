#include "forward/read_budget.h"

#include <gtest/gtest.h>

namespace crossfade::forward {
namespace {

constexpr std::int64_t kStart = 5'000'000;

TEST(ReadBudgetTest, NoLimitMeansNoWait) {
  ReadBudget budget(0);
  budget.paid(1e9, kStart);
  EXPECT_EQ(budget.wait(kStart).count(), 0);
}

TEST(ReadBudgetTest, TheFirstPageIsFree) {
  const ReadBudget budget(10);
  EXPECT_EQ(budget.wait(kStart).count(), 0);
}

TEST(ReadBudgetTest, APageIsWaitedForByWhatItCost) {
  ReadBudget budget(100);
  budget.paid(50, kStart);
  EXPECT_EQ(budget.wait(kStart).count(), 500);
  EXPECT_EQ(budget.wait(kStart + 200).count(), 300);
  EXPECT_EQ(budget.wait(kStart + 500).count(), 0);
  EXPECT_EQ(budget.wait(kStart + 9'000).count(), 0);
}

TEST(ReadBudgetTest, PagesOfSeveralWorkersAddUp) {
  ReadBudget budget(100);
  budget.paid(50, kStart);
  budget.paid(50, kStart);
  EXPECT_EQ(budget.wait(kStart).count(), 1'000);
}

TEST(ReadBudgetTest, TimeThatNobodyUsedIsNotSavedUp) {
  ReadBudget budget(100);
  budget.paid(10, kStart);
  budget.paid(10, kStart + 60'000);
  EXPECT_EQ(budget.wait(kStart + 60'000).count(), 100);
}

TEST(ReadBudgetTest, OverAMinuteTheRateIsKept) {
  ReadBudget budget(250);
  std::int64_t now = kStart;
  double units = 0;
  while (now < kStart + 60'000) {
    now += budget.wait(now).count();
    budget.paid(37.5, now);
    units += 37.5;
    now += 3;
  }
  EXPECT_NEAR(units, 250 * 60, 250);
}

}  // namespace
}  // namespace crossfade::forward
