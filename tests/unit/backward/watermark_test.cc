#include "backward/watermark.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace crossfade::backward {
namespace {

TEST(WatermarkTest, StandsWhereItBegan) {
  const Watermark watermark(500);
  EXPECT_EQ(watermark.low(), 500);
  EXPECT_EQ(watermark.open(), 0U);
}

TEST(WatermarkTest, MovesOverWhatIsDoneInOrder) {
  Watermark watermark(0);
  const auto first = watermark.issue(10);
  const auto second = watermark.issue(20);
  EXPECT_EQ(watermark.open(), 2U);
  watermark.done(first);
  EXPECT_EQ(watermark.low(), 10);
  watermark.done(second);
  EXPECT_EQ(watermark.low(), 20);
  EXPECT_EQ(watermark.open(), 0U);
}

TEST(WatermarkTest, NeverPassesTheFirstThatIsNotDone) {
  Watermark watermark(0);
  const auto first = watermark.issue(10);
  const auto second = watermark.issue(20);
  const auto third = watermark.issue(30);
  watermark.done(third);
  watermark.done(second);
  EXPECT_EQ(watermark.low(), 0);
  EXPECT_EQ(watermark.open(), 3U) << "kept until those before them are done";
  watermark.done(first);
  EXPECT_EQ(watermark.low(), 30);
}

TEST(WatermarkTest, TicketsTellHowFarItHasCome) {
  Watermark watermark(0);
  EXPECT_EQ(watermark.next_ticket(), 0U);
  const auto first = watermark.issue(10);
  watermark.issue(20);
  EXPECT_EQ(watermark.next_ticket(), 2U);
  EXPECT_EQ(watermark.low_ticket(), 0U);
  watermark.done(first);
  EXPECT_EQ(watermark.low_ticket(), 1U);
}

/// Against the plain definition: everything before low() is done, and what ends next is not.
RC_GTEST_PROP(WatermarkProperty, IsRightForAnyOrderOfEnds, ()) {
  struct Record {
    std::int64_t end;
    std::uint64_t ticket;
    bool done = false;
  };
  Watermark watermark(7);
  std::vector<Record> records;
  std::int64_t end = 7;
  const int moves = *rc::gen::inRange(1, 200);
  for (int move = 0; move < moves; ++move) {
    std::vector<Record*> open;
    for (Record& record : records)
      if (!record.done) open.push_back(&record);
    if (open.empty() || *rc::gen::arbitrary<bool>()) {
      end += *rc::gen::inRange(1, 50);
      records.push_back({end, watermark.issue(end)});
    } else {
      Record& record = *open[*rc::gen::inRange<std::size_t>(0, open.size())];
      record.done = true;
      watermark.done(record.ticket);
    }
    const auto first = std::ranges::find_if(records, [](const Record& r) { return !r.done; });
    const std::int64_t low = first == records.begin() ? 7 : std::prev(first)->end;
    RC_ASSERT(watermark.low() == low);
    RC_ASSERT(watermark.open() == static_cast<std::size_t>(records.end() - first));
    RC_ASSERT(watermark.low_ticket() == static_cast<std::uint64_t>(first - records.begin()));
  }
}

}  // namespace
}  // namespace crossfade::backward
