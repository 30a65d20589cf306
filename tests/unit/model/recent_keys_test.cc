#include "common/model/recent_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kPlenty = 1 << 20;

std::vector<std::string> names(const std::vector<RecentKey>& keys) {
  std::vector<std::string> out;
  for (const RecentKey& one : keys) out.push_back(one.key.bson);
  return out;
}

TEST(RecentKeysTest, TheNewestComesFirst) {
  RecentKeys keys(kPlenty);
  keys.changed({"a"}, Side::dynamodb, 1, 10);
  keys.changed({"b"}, Side::mongodb, 1, 20);
  keys.changed({"c"}, Side::dynamodb, 2, 30);
  EXPECT_THAT(names(keys.since(0)), ElementsAre("c", "b", "a"));
  EXPECT_THAT(names(keys.since(20)), ElementsAre("c", "b"));
  EXPECT_THAT(keys.since(31), IsEmpty());
  EXPECT_TRUE(keys.complete_since(1));
}

TEST(RecentKeysTest, AnotherChangeOfAKeyMakesItTheNewest) {
  RecentKeys keys(kPlenty);
  keys.changed({"a"}, Side::dynamodb, 1, 10);
  keys.changed({"b"}, Side::dynamodb, 2, 20);
  keys.changed({"a"}, Side::mongodb, 7, 30);
  const auto found = keys.since(0);
  EXPECT_THAT(names(found), ElementsAre("a", "b"));
  EXPECT_EQ(found[0].at_ms, 30);
  EXPECT_EQ(found[0].forward, 1);
  EXPECT_EQ(found[0].backward, 7);
  EXPECT_EQ(found[1].backward, -1);
}

/// A log that is read again at the start tells of older changes than those already captured.
TEST(RecentKeysTest, AKeysTimeNeverGoesBack) {
  RecentKeys keys(kPlenty);
  keys.changed({"a"}, Side::dynamodb, 1, 30);
  keys.changed({"a"}, Side::mongodb, 7, 10);
  EXPECT_EQ(keys.since(0)[0].at_ms, 30);
}

TEST(RecentKeysTest, ForgetsTheOldestAndSaysSo) {
  RecentKeys keys(1'000);
  for (int i = 0; i < 100; ++i) keys.changed({"key" + std::to_string(i)}, Side::dynamodb, i, i);
  const auto found = keys.since(0);
  ASSERT_FALSE(found.empty());
  EXPECT_LT(found.size(), 8U);
  EXPECT_EQ(found.front().key.bson, "key99");
  EXPECT_EQ(keys.forgotten() + static_cast<std::int64_t>(keys.size()), 100);
  EXPECT_FALSE(keys.complete_since(found.back().at_ms - 1));
  EXPECT_TRUE(keys.complete_since(found.back().at_ms));
}

}  // namespace
}  // namespace crossfade
