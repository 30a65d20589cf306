#include <gmock/gmock.h>

#include "common/eventlog/format.h"
#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kFirst = "/log/00000000000000000000.log";

class RecoveryTest : public test::LogFixture {
 protected:
  std::string content(std::string_view path) { return disk_->content(std::string(path)); }
  void set(std::string_view path, std::string content) {
    disk_->set_content(std::string(path), std::move(content));
  }
  void damage(std::string_view path, std::size_t at) {
    std::string bytes = content(path);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x40);
    set(path, std::move(bytes));
  }
  void fill(int records) {
    reopen();
    for (int i = 0; i < records; ++i) append_one(std::string(100, static_cast<char>('a' + i)));
    log_.reset();
  }
  void expect_corrupt(const Result<void>& result, std::string_view sentence) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::corrupt);
    EXPECT_THAT(result.error().message, HasSubstr(std::string(sentence)));
  }
};

TEST_F(RecoveryTest, CutsATailTornAtAnyByteAndGoesOnThere) {
  reopen();
  append_one("kept");
  const auto good = static_cast<std::size_t>(kHeaderBytes + log_->end());
  ASSERT_TRUE(append({"torn one", "torn two"}));
  const std::string whole = content(kFirst);
  for (std::size_t size = good; size < whole.size(); ++size) {
    log_.reset();
    set(kFirst, whole.substr(0, size));
    reopen();
    const bool first_is_whole = size >= good + 32;
    EXPECT_EQ(read_all().size(), first_is_whole ? 2U : 1U) << "at " << size;
    append_one("next");
    reopen();
    EXPECT_EQ(read_all().back(), "next") << "at " << size;
  }
}

TEST_F(RecoveryTest, CutsATailOfZerosAndOfNoise) {
  reopen();
  append_one("kept");
  const std::string whole = content(kFirst);
  for (const char filler : {'\0', '\xff', 'x'}) {
    log_.reset();
    set(kFirst, whole + std::string(500, filler));
    reopen();
    EXPECT_THAT(read_all(), ElementsAre("kept"));
    EXPECT_EQ(content(kFirst), whole);
  }
}

TEST_F(RecoveryTest, LaterIntactGroupProvesDamage) {
  options_.segment_bytes = 1 << 20;
  fill(3);
  damage(kFirst, 64 + 30);
  expect_corrupt(open(),
                 "/log/00000000000000000000.log is damaged at offset 64: records that were written "
                 "later, from offset 188 on, are intact");
}

TEST_F(RecoveryTest, DamagedLengthIsDamageToo) {
  options_.segment_bytes = 1 << 20;
  fill(3);
  damage(kFirst, 64 + 2);
  expect_corrupt(open(), "is damaged at offset 64");
}

TEST_F(RecoveryTest, DamageInTheLastGroupCountsAsTorn) {
  options_.segment_bytes = 1 << 20;
  fill(3);
  damage(kFirst, content(kFirst).size() - 1);
  reopen();
  EXPECT_EQ(read_all().size(), 2U);
}

TEST_F(RecoveryTest, ShorterSegmentBeforeTheLastIsRefused) {
  fill(5);
  set(kFirst, content(kFirst).substr(0, 200));
  expect_corrupt(open(),
                 "/log/00000000000000000000.log ends at offset 200, and the 112 bytes up to the "
                 "next segment, 00000000000000000248.log, are missing");
}

TEST_F(RecoveryTest, LongerSegmentBeforeTheLastIsRefused) {
  fill(5);
  set(kFirst, content(kFirst) + "x");
  expect_corrupt(open(), "/log/00000000000000000000.log is damaged at offset 312");
}

TEST_F(RecoveryTest, MissingSegmentIsRefused) {
  fill(7);
  ASSERT_TRUE(disk_->remove(segments().at(1)));
  expect_corrupt(open(), "the 248 bytes up to the next segment");
}

TEST_F(RecoveryTest, MissingFirstSegmentsAreAGapForWhoNeedsThem) {
  fill(7);
  ASSERT_TRUE(disk_->remove(segments().at(0)));
  reopen();
  EXPECT_EQ(log_->usage().first, 248);
  const Result<std::vector<Record>> records = read(0, 1000);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().message,
            "event log /log begins at position 248: the 248 bytes from 0 on have been removed, so "
            "what they said must be verified or loaded again");
  EXPECT_EQ(read_all().size(), 5U);
}

TEST_F(RecoveryTest, SegmentOfAnotherLogIsRefused) {
  fill(3);
  const std::string other = content(segments().at(1));
  disk_ = std::make_shared<test::FaultyDisk>();
  options_.files = disk_;
  fill(3);
  set(segments().at(1), other);
  expect_corrupt(open(), "says at offset 32 that it belongs to log");
}

TEST_F(RecoveryTest, RenamedSegmentIsRefused) {
  fill(1);
  ASSERT_TRUE(disk_->rename(std::string(kFirst), "/log/00000000000000000007.log"));
  expect_corrupt(open(), "says at offset 16 that it begins at 0");
}

TEST_F(RecoveryTest, DamageInAnEarlierSegmentIsFoundByReading) {
  fill(5);
  damage(kFirst, 64 + 124 + 50);
  reopen();
  EXPECT_EQ(read(0, 1000)->size(), 1U);
  const Result<std::vector<Record>> records = read(124, 1000);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().fault, Fault::corrupt);
  EXPECT_EQ(records.error().message,
            "/log/00000000000000000000.log is damaged at offset 188: the record at position 124 "
            "does not read back");
  EXPECT_EQ(read(248, 1000)->size(), 2U);
}

TEST_F(RecoveryTest, LeavesOtherFilesAloneAndUnfinishedSegmentsOut) {
  fill(1);
  set("/log/notes.txt", "mine");
  set("/log/1.log", "mine too");
  set("/log/00000000000000000124.log.new", "unfinished");
  reopen();
  EXPECT_EQ(content("/log/notes.txt"), "mine");
  EXPECT_THAT(disk_->paths(), testing::Not(testing::Contains(HasSubstr(".new"))));
  EXPECT_EQ(read_all().size(), 1U);
}

TEST_F(RecoveryTest, FailedSyncStopsTheLogAndKeepsWhatWasDurable) {
  reopen();
  append_one("durable");
  disk_->fail_sync_after(0);
  const Result<std::vector<Position>> failed = append({"who knows"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::corrupt);
  EXPECT_TRUE(failed.error().outcome_unknown);
  EXPECT_EQ(failed.error().next(), Next::stop_link);
  const std::int64_t syncs = disk_->syncs();
  EXPECT_FALSE(append({"never"}));
  EXPECT_EQ(disk_->syncs(), syncs) << "the same pages must not be synced again";
  EXPECT_THAT(read_all(), ElementsAre("durable"));
}

TEST_F(RecoveryTest, BytesOfAFailedSyncAreWrittenAnewBeforeTheyCount) {
  reopen();
  append_one("durable");
  disk_->fail_sync_after(0);
  EXPECT_FALSE(append({"shown by the kernel, not on disk"}));
  reopen();
  const std::vector<std::string> shown = read_all();
  append_one("after");
  log_.reset();
  disk_->restart([](std::uint64_t) { return 0U; });
  reopen();
  EXPECT_THAT(read_all(), ElementsAre("durable", "shown by the kernel, not on disk", "after"));
  EXPECT_EQ(shown.size(), 2U);
}

TEST_F(RecoveryTest, FailedSyncOfANewSegmentStopsTheLog) {
  reopen();
  append_one(std::string(300, 'a'));
  disk_->fail_sync_after(0);
  EXPECT_TRUE(append({std::string(300, 'b')}).error().outcome_unknown);
  EXPECT_FALSE(append({"c"}));
  reopen();
  EXPECT_THAT(read_all(), ElementsAre(std::string(300, 'a')));
}

TEST_F(RecoveryTest, NameOfAFailedSyncIsMadeDurableBeforeItCounts) {
  reopen();
  append_one(std::string(300, 'a'));
  disk_->fail_sync_after(1);
  EXPECT_TRUE(append({std::string(300, 'b')}).error().outcome_unknown);
  ASSERT_EQ(segments().size(), 2U);
  reopen();
  append_one("c");
  log_.reset();
  disk_->restart([](std::uint64_t) { return 1U; });
  reopen();
  EXPECT_THAT(read_all(), ElementsAre(std::string(300, 'a'), "c"));
}

TEST_F(RecoveryTest, EmptyDirectoryAfterAnOutageIsAFreshLog) {
  disk_->cut_power_after(30);
  EXPECT_FALSE(open());
  disk_->restart([](std::uint64_t) { return 0U; });
  reopen();
  EXPECT_TRUE(log_->fresh());
  EXPECT_THAT(read_all(), IsEmpty());
}

}  // namespace
}  // namespace crossfade::eventlog
