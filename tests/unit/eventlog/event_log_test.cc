#include "common/eventlog/event_log.h"

#include <gmock/gmock.h>

#include "common/async/task_group.h"
#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using EventLogTest = test::LogFixture;

TEST_F(EventLogTest, FreshLogIsEmptyAndKeepsItsId) {
  reopen();
  EXPECT_TRUE(log_->fresh());
  EXPECT_EQ(log_->id().size(), 32U);
  EXPECT_EQ(log_->end(), 0);
  EXPECT_THAT(read_all(), IsEmpty());
  const std::string id = log_->id();
  reopen();
  EXPECT_FALSE(log_->fresh());
  EXPECT_EQ(log_->id(), id);
}

TEST_F(EventLogTest, GivesBackWhatWasAppendedFromEachPosition) {
  reopen();
  const Result<std::vector<Position>> first = append({"one", "", std::string("t\0o", 3)});
  const Position last = append_one("three");
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 3U);
  EXPECT_EQ(first->front(), 0);
  for (const bool from_disk : {false, true}) {
    if (from_disk) reopen();
    EXPECT_THAT(read_all(), ElementsAre("one", "", std::string("t\0o", 3), "three"));
    const Result<std::vector<Record>> tail = read((*first)[2], 1000);
    ASSERT_TRUE(tail);
    ASSERT_EQ(tail->size(), 2U);
    EXPECT_EQ(tail->front().begin, (*first)[2]);
    EXPECT_EQ(tail->front().end, last);
    EXPECT_EQ(tail->back().end, log_->end());
  }
}

TEST_F(EventLogTest, AppendOfNothingIsNothing) {
  reopen();
  const Result<std::vector<Position>> positions = append({});
  ASSERT_TRUE(positions);
  EXPECT_THAT(*positions, IsEmpty());
  EXPECT_EQ(log_->end(), 0);
}

TEST_F(EventLogTest, ReadsAtMostWhatWasAskedButAlwaysOneRecord) {
  reopen();
  ASSERT_TRUE(append({std::string(100, 'a'), std::string(100, 'b'), std::string(100, 'c')}));
  for (const bool from_disk : {false, true}) {
    if (from_disk) reopen();
    EXPECT_EQ(read(0, 1)->size(), 1U);
    EXPECT_EQ(read(0, 199)->size(), 1U);
    EXPECT_EQ(read(0, 200)->size(), 2U);
    EXPECT_EQ(read(0, 1000)->size(), 3U);
    EXPECT_THAT(*read(log_->end(), 1000), IsEmpty());
  }
}

TEST_F(EventLogTest, GoesOnInANewSegmentWhenOneIsFull) {
  reopen();
  std::vector<std::string> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(std::string(100, static_cast<char>('a' + i)));
    append_one(all.back());
  }
  EXPECT_EQ(segments().size(), 10U);
  EXPECT_EQ(segments().front(), "/log/00000000000000000000.log");
  reopen();
  EXPECT_EQ(read_all(), all);
  append_one("more");
  all.emplace_back("more");
  EXPECT_EQ(read_all(), all);
}

TEST_F(EventLogTest, TakesARecordLargerThanASegmentOrTheReadLimit) {
  reopen();
  append_one("small");
  const std::string large(300'000, 'x');
  append_one(large);
  append_one("small too");
  reopen();
  EXPECT_THAT(read_all(10), ElementsAre("small", large, "small too"));
}

TEST_F(EventLogTest, RefusesPositionsThatItNeverGaveOut) {
  reopen();
  ASSERT_TRUE(append({"abcdefgh", "ijklmnop"}));
  const Position second = read(0, 1)->front().end;
  for (const bool from_disk : {false, true}) {
    if (from_disk) reopen();
    const Result<std::vector<Record>> inside = read(second + 3, 1000);
    ASSERT_FALSE(inside);
    EXPECT_EQ(inside.error().fault, Fault::corrupt);
    EXPECT_EQ(inside.error().message,
              "position 35 is inside the record from 32 to 48: it is not a position that this log "
              "has given out");
    const Result<std::vector<Record>> beyond = read(log_->end() + 1, 1000);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().fault, Fault::corrupt);
    EXPECT_THAT(beyond.error().message, HasSubstr("ends at position 48, and 49 was asked for"));
    EXPECT_EQ(read(-1, 1000).error().fault, Fault::corrupt);
  }
}

TEST_F(EventLogTest, ReadsOfTheTailTouchNeitherDiskNorPool) {
  reopen();
  append_one("newest");
  const std::int64_t reads = disk_->reads();
  pool_.join();
  EXPECT_THAT(read_all(), ElementsAre("newest"));
  EXPECT_EQ(disk_->reads(), reads);
}

TEST_F(EventLogTest, KeepsOnlyTheNewestRecordsInMemory) {
  options_.tail_bytes = 1000;
  reopen();
  std::vector<std::string> all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(std::string(100, static_cast<char>('A' + i)));
    append_one(all.back());
  }
  EXPECT_EQ(read_all(), all);
  EXPECT_GT(disk_->reads(), 0);
}

Task<Result<void>> append_many(EventLog& log, char who, std::vector<std::string>& done) {
  for (int i = 0; i < 20; ++i) {
    std::vector<std::string> records = {fmt::format("{}{}a", who, i), fmt::format("{}{}b", who, i)};
    const Result<std::vector<Position>> positions = co_await log.append(records);
    if (!positions) co_return positions.error();
    done.insert(done.end(), records.begin(), records.end());
  }
  co_return Result<void>();
}

Task<Result<void>> append_together(EventLog& log, Stop& stop, std::vector<std::string>& done) {
  TaskGroup group(stop);
  for (const char who : {'a', 'b', 'c', 'd'}) group.start(append_many(log, who, done));
  co_return co_await group.join();
}

TEST_F(EventLogTest, ConcurrentAppendsKeepTheirOrderAndShareSyncs) {
  options_.segment_bytes = 1 << 20;
  reopen();
  Stop root(io_.get_executor());
  std::vector<std::string> done;
  const std::int64_t syncs = disk_->syncs();
  ASSERT_TRUE(crossfade::test::run(io_, append_together(*log_, root, done)));
  EXPECT_LT(disk_->syncs() - syncs, 80);
  EXPECT_EQ(done.size(), 160U);
  for (const bool from_disk : {false, true}) {
    if (from_disk) reopen();
    const std::vector<std::string> found = read_all();
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(done));
    for (std::size_t i = 0; i < found.size(); i += 2)
      EXPECT_EQ(found[i].substr(0, found[i].size() - 1),
                found[i + 1].substr(0, found[i + 1].size() - 1));
    for (const char who : {'a', 'b', 'c', 'd'}) {
      int next = 0;
      for (const std::string& record : found)
        if (record[0] == who && record.back() == 'a')
          EXPECT_EQ(record, fmt::format("{}{}a", who, next++));
      EXPECT_EQ(next, 20);
    }
  }
}

Task<Result<void>> follow(EventLog& log, Stop& stop, std::vector<std::string>& seen) {
  Position from = 0;
  while (seen.size() < 3 && !stop.requested()) {
    if (from == log.end()) co_await log.appended().wait(stop, std::chrono::seconds(10));
    Result<std::vector<Record>> records = co_await log.read(from, 1000);
    if (!records) co_return records.error();
    for (Record& record : *records) {
      from = record.end;
      seen.push_back(std::move(record.bytes));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> append_slowly(EventLog& log, Stop& stop) {
  for (int i = 0; i < 3; ++i) {
    co_await stop.sleep(Milliseconds(2));
    std::vector<std::string> records = {std::to_string(i)};
    const Result<std::vector<Position>> positions = co_await log.append(std::move(records));
    if (!positions) co_return positions.error();
  }
  co_return Result<void>();
}

Task<Result<void>> follow_appends(EventLog& log, Stop& stop, std::vector<std::string>& seen) {
  TaskGroup group(stop);
  group.start(follow(log, group.stop(), seen));
  group.start(append_slowly(log, group.stop()));
  co_return co_await group.join();
}

TEST_F(EventLogTest, WakesThoseWhoFollowIt) {
  reopen();
  Stop root(io_.get_executor());
  std::vector<std::string> seen;
  ASSERT_TRUE(crossfade::test::run(io_, follow_appends(*log_, root, seen)));
  EXPECT_THAT(seen, ElementsAre("0", "1", "2"));
}

TEST_F(EventLogTest, SecondHolderIsRefusedInOneSentence) {
  reopen();
  const Result<std::unique_ptr<EventLog>> second =
      EventLog::open(options_, io_.get_executor(), pool_, clock_, quiet_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::invalid);
  EXPECT_EQ(second.error().message,
            "event log /log is in use by another process: stop that one, or give this one a "
            "data_dir of its own");
}

TEST_F(EventLogTest, RefusesARecordThatNoFrameHolds) {
  reopen();
  const Result<std::vector<Position>> refused = append({std::string((256U << 20U) + 1, 'x')});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::invalid);
  EXPECT_EQ(log_->end(), 0);
}

TEST_F(EventLogTest, RefusesSizesThatMakeNoSense) {
  options_.segment_bytes = 0;
  EXPECT_EQ(open().error().fault, Fault::invalid);
}

}  // namespace
}  // namespace crossfade::eventlog
