#include "common/model/health.h"

#include <gtest/gtest.h>

namespace crossfade {
namespace {

TEST(HealthTest, IsGoodUntilSomethingTroublesIt) {
  Health health;
  EXPECT_TRUE(health.good());
  EXPECT_EQ(health.first(), "");
  health.trouble("stream", "DynamoDB does not answer.");
  EXPECT_FALSE(health.good());
  EXPECT_EQ(health.first(), "DynamoDB does not answer.");
}

TEST(HealthTest, KeepsTheLastSentenceOfEachComponent) {
  Health health;
  health.trouble("stream", "first");
  health.trouble("stream", "second");
  EXPECT_EQ(health.first(), "second");
  health.well("stream");
  EXPECT_TRUE(health.good());
}

TEST(HealthTest, OneComponentGettingWellLeavesTheOthers) {
  Health health;
  health.trouble("backward apply", "slow");
  health.trouble("forward apply", "refused");
  health.well("backward apply");
  health.well("never ill");
  EXPECT_EQ(health.first(), "refused");
}

}  // namespace
}  // namespace crossfade
