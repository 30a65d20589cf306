#include <gmock/gmock.h>

#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Two records of 124 bytes a segment; one an hour.
class RetentionTest : public test::LogFixture {
 protected:
  void fill(int records) {
    if (!log_) reopen();
    for (int i = 0; i < records; ++i) {
      append_one(std::string(100, 'x'));
      clock_.advance(hours(1));
    }
  }
  Position first() { return log_->usage().first; }
};

TEST_F(RetentionTest, KeepsWhatIsNotApplied) {
  options_.retention = Milliseconds(0);
  fill(8);
  ASSERT_TRUE(collect(0));
  EXPECT_EQ(first(), 0);
  ASSERT_TRUE(collect(2 * 248 - 1));
  EXPECT_EQ(first(), 248);
  ASSERT_TRUE(collect(2 * 248));
  EXPECT_EQ(first(), 2 * 248);
}

TEST_F(RetentionTest, KeepsWhatIsAppliedUntilItIsOld) {
  options_.retention = hours(5);
  fill(8);
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 248) << "written until 2 h, 4 h and 6 h after the start; now it is 8 h";
  clock_.advance(minutes(59));
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 248);
  clock_.advance(minutes(1));
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 2 * 248);
}

TEST_F(RetentionTest, NeverRemovesTheSegmentInUse) {
  options_.retention = Milliseconds(0);
  fill(2);
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(segments().size(), 1U);
  EXPECT_EQ(read_all().size(), 2U);
}

TEST_F(RetentionTest, RemovesFilesAndSaysTheGapToWhoIsLate) {
  options_.retention = Milliseconds(0);
  fill(8);
  const std::int64_t bytes = log_->usage().bytes;
  ASSERT_TRUE(collect(600));
  EXPECT_EQ(segments().size(), 2U);
  EXPECT_EQ(log_->usage().bytes, bytes - 2 * (248 + 64));
  const Result<std::vector<Record>> late = read(124, 1000);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::corrupt);
  EXPECT_EQ(late.error().message,
            "event log /log begins at position 496: the 372 bytes from 124 on have been removed, "
            "so what they said must be verified or loaded again");
  reopen();
  EXPECT_EQ(first(), 496);
  EXPECT_EQ(read_all().size(), 4U);
}

TEST_F(RetentionTest, NearItsLimitAppliedSegmentsAreKeptForTheShortTimeOnly) {
  options_.retention = hours(100);
  options_.short_retention = hours(3);
  options_.max_bytes = 1500;
  fill(8);
  ASSERT_TRUE(log_->usage().near_limit);
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 2 * 248);
  EXPECT_FALSE(log_->usage().near_limit);
  clock_.advance(hours(50));
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 2 * 248);
}

TEST_F(RetentionTest, RemovalThatFailsIsDoneAgainLater) {
  options_.retention = Milliseconds(0);
  fill(8);
  const std::int64_t bytes = log_->usage().bytes;
  disk_->fail_next_removes(1);
  EXPECT_FALSE(collect(log_->end()));
  EXPECT_EQ(first(), 0);
  EXPECT_EQ(log_->usage().bytes, bytes);
  EXPECT_EQ(read_all().size(), 8U);
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(segments().size(), 1U);
}

TEST_F(RetentionTest, FindsTheSegmentOfTheLastMinutes) {
  fill(8);
  for (const bool again : {false, true}) {
    if (again) reopen();
    EXPECT_EQ(log_->begin_of_last(Milliseconds(0)), 3 * 248) << "the newest record is of 7 h";
    EXPECT_EQ(log_->begin_of_last(hours(1)), 3 * 248);
    EXPECT_EQ(log_->begin_of_last(minutes(61)), 2 * 248);
    EXPECT_EQ(log_->begin_of_last(hours(4)), 248);
    EXPECT_EQ(log_->begin_of_last(hours(7)), 0);
    EXPECT_EQ(log_->begin_of_last(hours(70)), 0);
    clock_.advance(hours(10));
  }
}

TEST_F(RetentionTest, ClockThatGoesBackDoesNotConfuseIt) {
  fill(4);
  clock_.advance(-hours(100));
  fill(2);
  reopen();
  fill(2);
  EXPECT_EQ(log_->begin_of_last(Milliseconds(0)), 3 * 248);
  EXPECT_EQ(log_->begin_of_last(hours(2)), 0) << "all since the jump counts as of 3 h";
  options_.retention = hours(24);
  reopen();
  ASSERT_TRUE(collect(log_->end()));
  EXPECT_EQ(first(), 0);
}

}  // namespace
}  // namespace crossfade::eventlog
