#include "sync/suspects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using News = Suspects::News;

RecentKey key(const std::string& name, std::int64_t forward = 1) {
  return {{name}, 0, forward, -1, true};
}

/// Looks until five seconds have passed, whenever it is due; the time of the last look.
std::int64_t until_sure(Suspects& suspects, const RecentKey& one, std::int64_t from_ms) {
  std::int64_t now = from_ms;
  EXPECT_EQ(suspects.looked(one, "differs", now), News::none);
  while (now < from_ms + 5'000) {
    now = suspects.find(one.key)->due_ms;
    const News news = suspects.looked(one, "differs", now);
    EXPECT_EQ(news, now < from_ms + 5'000 ? News::none : News::mismatch) << now;
  }
  return now;
}

TEST(SuspectsTest, ADifferenceThatStaysIsAMismatchOnce) {
  Suspects suspects;
  const std::int64_t now = until_sure(suspects, key("a"), 1'000);
  EXPECT_EQ(suspects.mismatches(), 1);
  EXPECT_EQ(suspects.seen_ms(), now);
  EXPECT_EQ(suspects.find({"a"})->since_ms, 1'000);
  EXPECT_EQ(suspects.looked(key("a"), "differs", now + 60'000), News::none);
  EXPECT_EQ(suspects.mismatches(), 1);
  EXPECT_EQ(suspects.seen_ms(), now + 60'000);
}

TEST(SuspectsTest, ADifferenceThatPassesIsNone) {
  Suspects suspects;
  EXPECT_EQ(suspects.looked(key("a"), "differs", 0), News::none);
  EXPECT_EQ(suspects.looked(key("a"), "", 300), News::none);
  EXPECT_EQ(suspects.find({"a"}), nullptr);
  EXPECT_EQ(suspects.seen_ms(), 0);
}

TEST(SuspectsTest, NamesEveryKeyThatWasNotFoundEqualSince) {
  Suspects suspects;
  for (const char* name : {"a", "b", "c"}) suspects.looked(key(name), "differs", 0);
  suspects.looked(key("b"), "", 300);
  EXPECT_THAT(suspects.keys(), ElementsAre(Key{"a"}, Key{"c"}));
}

TEST(SuspectsTest, AKeyThatIsChangedMeanwhileIsJudgedAnew) {
  Suspects suspects;
  EXPECT_EQ(suspects.looked(key("a", 1), "differs", 0), News::none);
  EXPECT_EQ(suspects.looked(key("a", 2), "differs", 6'000), News::none);
  EXPECT_EQ(suspects.find({"a"})->since_ms, 6'000);
  EXPECT_EQ(suspects.looked(key("a", 2), "differs", 11'000), News::mismatch);
}

TEST(SuspectsTest, AMismatchEndsOnlyWhenTheSidesAreEqual) {
  Suspects suspects;
  until_sure(suspects, key("a"), 0);
  EXPECT_EQ(suspects.looked(key("a", 2), "differs otherwise", 20'000), News::none);
  EXPECT_EQ(suspects.mismatches(), 1);
  EXPECT_EQ(suspects.oldest()->what, "differs otherwise");
  EXPECT_EQ(suspects.oldest()->since_ms, 0);
  EXPECT_EQ(suspects.looked(key("a", 3), "", 21'000), News::resolved);
  EXPECT_EQ(suspects.mismatches(), 0);
  EXPECT_EQ(suspects.oldest(), nullptr);
}

TEST(SuspectsTest, LooksFollowAtDoublingPausesUpToAMinute) {
  Suspects suspects;
  std::int64_t now = 0;
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 12; ++i) {
    suspects.looked(key("a"), "differs", now);
    const std::int64_t due = suspects.find({"a"})->due_ms;
    EXPECT_THAT(suspects.due(due - 1, 9), IsEmpty());
    EXPECT_THAT(suspects.due(due, 9), ElementsAre(Key{"a"}));
    pauses.push_back(due - now);
    now = due;
  }
  EXPECT_THAT(pauses, ElementsAre(200, 400, 800, 1'600, 3'200, 6'400, 12'800, 25'600, 51'200,
                                  60'000, 60'000, 60'000));
}

TEST(SuspectsTest, AnEarlierProcessesMismatchIsLookedAtAtOnce) {
  Suspects suspects;
  suspects.recall({"a"}, "differs", 7'000);
  suspects.recall({"a"}, "differs", 7'000);
  EXPECT_EQ(suspects.mismatches(), 1);
  EXPECT_EQ(suspects.seen_ms(), 7'000);
  EXPECT_THAT(suspects.due(8'000, 9), ElementsAre(Key{"a"}));
  EXPECT_EQ(suspects.looked(key("a"), "", 8'000), News::resolved);
}

TEST(SuspectsTest, ItsRoomIsBounded) {
  Suspects suspects;
  const std::size_t all = suspects.room();
  EXPECT_GE(all, 1'000U);
  suspects.looked(key("a"), "differs", 0);
  EXPECT_EQ(suspects.room(), all - 1);
}

}  // namespace
}  // namespace crossfade::sync
