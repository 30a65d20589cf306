#include "common/eventlog/space.h"

#include <gmock/gmock.h>

#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using SpaceTest = test::LogFixture;

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST_F(SpaceTest, RefusesBeforeTheLimitAndWorksAgainWhenThereIsRoom) {
  options_.max_bytes = 1200;
  options_.retention = Milliseconds(0);
  reopen();
  std::vector<std::string> kept;
  Result<std::vector<Position>> last = append({std::string(100, 'a')});
  while (last) {
    kept.emplace_back(100, 'a');
    ASSERT_LE(log_->usage().bytes, options_.max_bytes);
    last = append({std::string(100, 'a')});
  }
  EXPECT_EQ(last.error().fault, Fault::disk_full);
  EXPECT_THAT(last.error().message, HasSubstr("event log /log is full: it holds 0.0 MiB"));
  EXPECT_GT(kept.size(), 5U);
  EXPECT_EQ(read_all(), kept);
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_TRUE(append({"after"}));
  EXPECT_EQ(read_all().back(), "after");
}

TEST_F(SpaceTest, RefusesBeforeTheDiskIsFull) {
  options_.min_free_bytes = 10'000;
  disk_->set_free(10'200);
  reopen();
  EXPECT_TRUE(append({"fits"}));
  const Result<std::vector<Position>> refused = append({std::string(200, 'x')});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::disk_full);
  EXPECT_FALSE(refused.error().outcome_unknown);
  EXPECT_EQ(segments().size(), 1U);
  disk_->set_free(20'000);
  EXPECT_TRUE(append({std::string(200, 'x')}));
}

TEST_F(SpaceTest, WriteThatEndsHalfwayLeavesNoTrace) {
  options_.segment_bytes = 1 << 20;
  reopen();
  append_one("before");
  const std::string path = segments().front();
  const std::string good = disk_->content(path);
  for (std::int64_t room = 0; room < 60; ++room) {
    disk_->set_room(room);
    const Result<std::vector<Position>> failed = append({"first", std::string(50, 'x')});
    ASSERT_FALSE(failed) << "room " << room;
    EXPECT_EQ(failed.error().fault, Fault::disk_full);
    EXPECT_FALSE(failed.error().outcome_unknown);
    EXPECT_EQ(disk_->content(path), good);
  }
  disk_->set_room(test::FaultyDisk::kPlenty);
  append_one("after");
  EXPECT_THAT(read_all(), ElementsAre("before", "after"));
  reopen();
  EXPECT_THAT(read_all(), ElementsAre("before", "after"));
}

TEST_F(SpaceTest, WriteThatFailsIsCutOffAndLaterAppendsWork) {
  reopen();
  append_one("before");
  disk_->fail_next_writes(1);
  const Result<std::vector<Position>> failed = append({"lost"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::corrupt);
  EXPECT_FALSE(failed.error().outcome_unknown);
  append_one("after");
  reopen();
  EXPECT_THAT(read_all(), ElementsAre("before", "after"));
}

TEST_F(SpaceTest, WriteThatCannotBeCutOffStopsTheLog) {
  reopen();
  append_one("before");
  disk_->set_room(10);
  disk_->fail_next_truncates(1);
  EXPECT_TRUE(append({"lost"}).error().outcome_unknown);
  disk_->set_room(test::FaultyDisk::kPlenty);
  EXPECT_FALSE(append({"refused"}));
  reopen();
  append_one("after");
  EXPECT_THAT(read_all(), ElementsAre("before", "after"));
}

TEST_F(SpaceTest, NewSegmentThatDoesNotFitLeavesNoTrace) {
  reopen();
  append_one(std::string(300, 'a'));
  for (const std::int64_t room : {0, 30, 70}) {
    disk_->set_room(room);
    EXPECT_EQ(append({std::string(300, 'b')}).error().fault, Fault::disk_full);
  }
  disk_->set_room(test::FaultyDisk::kPlenty);
  append_one(std::string(300, 'c'));
  EXPECT_THAT(read_all(), ElementsAre(std::string(300, 'a'), std::string(300, 'c')));
  reopen();
  EXPECT_THAT(read_all(), ElementsAre(std::string(300, 'a'), std::string(300, 'c')));
}

TEST_F(SpaceTest, AlarmIsRaisedOnceAndAgainOnlyAfterItWasClear) {
  options_.min_free_bytes = 1000;
  Log log;
  testing::internal::CaptureStderr();
  Result<std::unique_ptr<EventLog>> opened =
      EventLog::open(options_, io_.get_executor(), pool_, clock_, log);
  ASSERT_TRUE(opened);
  log_ = std::move(*opened);
  for (const std::int64_t free : {9000, 1900, 1800, 2100, 1900, 9000, 8000, 1900}) {
    disk_->set_free(free);
    append_one("x");
    EXPECT_EQ(log_->usage().near_limit, free < 2000);
  }
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(count(lines, "event=event_log_near_limit directory=/log"), 2U) << lines;
  EXPECT_EQ(count(lines, "event=event_log_has_room"), 1U) << lines;
}

TEST_F(SpaceTest, IsNearItsLimitAboveFourFifths) {
  options_.max_bytes = 1000;
  EXPECT_FALSE(near_limit({.kept = 800, .free = 1}, options_));
  EXPECT_TRUE(near_limit({.kept = 801, .free = 1}, options_));
}

}  // namespace
}  // namespace crossfade::eventlog
