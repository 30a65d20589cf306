#include "forward/drain_watch.h"

#include <gtest/gtest.h>

#include "forward/propagation.h"

namespace crossfade::forward {
namespace {

TEST(DrainWatchTest, OneLookIsNotEnough) {
  DrainWatch watch(1'000, 300);
  EXPECT_FALSE(watch.passed("s", 999)) << "before the moment";
  EXPECT_FALSE(watch.passed("s", 1'000));
  EXPECT_FALSE(watch.passed("s", 1'299));
  EXPECT_TRUE(watch.passed("s", 1'300));
}

TEST(DrainWatchTest, EachShardIsLookedAtTwice) {
  DrainWatch watch(1'000, 300);
  EXPECT_FALSE(watch.passed("a", 1'100));
  EXPECT_FALSE(watch.passed("b", -1));
  EXPECT_TRUE(watch.passed("a", 1'400));
  EXPECT_FALSE(watch.passed("b", 1'400));
  EXPECT_TRUE(watch.passed("b", 1'700));
}

TEST(DrainWatchTest, AShardThatWasDoneMayBeBusyAgain) {
  DrainWatch watch(1'000, 300);
  watch.passed("a", 1'000);
  ASSERT_TRUE(watch.passed("a", 1'300));
  EXPECT_TRUE(watch.passed("a", -1));
}

TEST(DrainWatchTest, ABusyShardBetweenTheTwoLooksChangesNothing) {
  DrainWatch watch(1'000, 300);
  watch.passed("a", 1'000);
  EXPECT_FALSE(watch.passed("a", -1));
  EXPECT_TRUE(watch.passed("a", 1'300));
}

TEST(PropagationTest, IsAssumedUntilEnoughWasSeen) {
  Propagation propagation(Milliseconds(300));
  for (std::size_t i = 1; i < Propagation::kEnough; ++i) propagation.seen(900);
  EXPECT_EQ(propagation.high(), Milliseconds(300));
  propagation.seen(900);
  EXPECT_EQ(propagation.high(), Milliseconds(900));
}

TEST(PropagationTest, IsAHighQuantileOfTheLastOnes) {
  Propagation propagation(Milliseconds(300));
  for (int i = 0; i < 1'000; ++i) propagation.seen(1'500);
  for (int i = 0; i < 256; ++i) propagation.seen(i);
  EXPECT_GE(propagation.high(), Milliseconds(250));
  EXPECT_LE(propagation.high(), Milliseconds(255));
}

TEST(PropagationTest, HasAFloorAndACeiling) {
  Propagation propagation(Milliseconds(300));
  for (int i = 0; i < 256; ++i) propagation.seen(3);
  EXPECT_EQ(propagation.high(), Propagation::kFloor);
  for (int i = 0; i < 256; ++i) propagation.seen(60'000);
  EXPECT_EQ(propagation.high(), Propagation::kCeiling);
}

}  // namespace
}  // namespace crossfade::forward
