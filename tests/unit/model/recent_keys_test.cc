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

const RecentKeys::Ready kNotReady = [](const RecentKey&) { return false; };
const RecentKeys::Ready kReady = [](const RecentKey&) { return true; };

TEST(RecentKeysTest, WhatWaitsIsWhatWasNotTakenSince) {
  RecentKeys keys(kPlenty);
  EXPECT_THAT(keys.waiting(), IsEmpty());
  for (const char* name : {"a", "b", "c"}) keys.changed({name}, Side::dynamodb, 1, 10);
  keys.take(kNotReady, 9);
  EXPECT_THAT(keys.waiting(), ElementsAre(Key{"a"}, Key{"b"}, Key{"c"}));
  keys.take(kReady, 2);
  EXPECT_THAT(keys.waiting(), ElementsAre(Key{"c"}));
  keys.changed({"a"}, Side::mongodb, 1, 20);
  EXPECT_THAT(keys.waiting(), ElementsAre(Key{"c"}, Key{"a"}));
}

TEST(RecentKeysTest, AKeyIsTakenOnceAfterEachChange) {
  RecentKeys keys(kPlenty);
  EXPECT_EQ(keys.untaken_since_ms(), 0);
  for (const char* name : {"a", "b", "c"}) keys.changed({name}, Side::dynamodb, 1, 10);
  EXPECT_THAT(names(keys.take(kReady, 2)), ElementsAre("a", "b"));
  keys.changed({"a"}, Side::mongodb, 1, 20);
  keys.changed({"c"}, Side::mongodb, 2, 30);
  EXPECT_EQ(keys.untaken(), 2);
  EXPECT_EQ(keys.untaken_since_ms(), 20);
  EXPECT_THAT(names(keys.take(kReady, 9)), ElementsAre("a", "c"));
  EXPECT_THAT(keys.take(kReady, 9), IsEmpty());
  EXPECT_EQ(keys.untaken(), 0);
  EXPECT_EQ(keys.untaken_since_ms(), 0);
  keys.changed({"b"}, Side::mongodb, 3, 40);
  EXPECT_THAT(names(keys.take(kReady, 9)), ElementsAre("b"));
}

TEST(RecentKeysTest, NothingIsTakenPastAKeyThatIsNotReady) {
  RecentKeys keys(kPlenty);
  for (const char* name : {"a", "b", "c"}) keys.changed({name}, Side::dynamodb, 1, 10);
  const RecentKeys::Ready until_b = [](const RecentKey& one) { return one.key.bson != "b"; };
  EXPECT_THAT(names(keys.take(until_b, 9)), ElementsAre("a"));
  EXPECT_EQ(keys.untaken(), 2);
  EXPECT_THAT(names(keys.take(kReady, 9)), ElementsAre("b", "c"));
}

TEST(RecentKeysTest, KeysForgottenBeforeTheyWereTakenAreCounted) {
  RecentKeys keys(1'000);
  for (int i = 0; i < 3; ++i) keys.changed({"taken" + std::to_string(i)}, Side::dynamodb, i, i);
  ASSERT_EQ(keys.take(kReady, 9).size(), 3U);
  for (int i = 0; i < 100; ++i) keys.changed({"key" + std::to_string(i)}, Side::dynamodb, i, i);
  EXPECT_EQ(keys.untaken(), static_cast<std::int64_t>(keys.size()));
  EXPECT_EQ(keys.missed() + keys.untaken(), 100);
  EXPECT_EQ(keys.take(kReady, 1'000).size(), keys.size());
}

TEST(RecentKeysTest, AKeyIsFoundAsItStands) {
  RecentKeys keys(kPlenty);
  keys.changed({"a"}, Side::dynamodb, 4, 10);
  ASSERT_TRUE(keys.find({"a"}));
  EXPECT_EQ(keys.find({"a"})->forward, 4);
  EXPECT_FALSE(keys.find({"b"}));
}

}  // namespace
}  // namespace crossfade
