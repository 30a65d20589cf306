#include "forward/poll_pace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace crossfade::forward {
namespace {

constexpr Milliseconds kFast{200};
constexpr Milliseconds kSlow{900};
constexpr std::int64_t kStart = 5'000'000;

/// Polls in no time at all.
class Poller {
 public:
  explicit Poller(PollPace& pace) : pace_(pace) {}

  std::int64_t poll(bool had_records, std::int64_t takes_ms = 0) {
    now_ += pace_.wait(now_).count();
    const std::int64_t begin = now_;
    pace_.began(begin);
    now_ += takes_ms;
    pace_.ended(now_);
    pace_.answered(had_records);
    return begin;
  }
  std::int64_t now() const { return now_; }

 private:
  PollPace& pace_;
  std::int64_t now_ = kStart;
};

TEST(PollPaceTest, TheFirstRequestNeedNotWait) {
  const PollPace pace(kFast, kSlow);
  EXPECT_EQ(pace.wait(kStart).count(), 0);
  EXPECT_EQ(pace.wait(0).count(), 0);
}

TEST(PollPaceTest, GoesOnFastWhileRecordsCome) {
  PollPace pace(kFast, kSlow);
  Poller poller(pace);
  std::int64_t last = poller.poll(true);
  for (int i = 0; i < 20; ++i) {
    const std::int64_t begin = poller.poll(true);
    EXPECT_GE(begin - last, 200);
    EXPECT_LE(begin - last, 205);
    last = begin;
  }
}

TEST(PollPaceTest, BacksOffToSlowWhenIdleAndComesBackWithTheFirstRecord) {
  PollPace pace(kFast, kSlow);
  Poller poller(pace);
  poller.poll(false);
  Milliseconds last(0);
  for (int i = 0; i < 20; ++i) {
    const Milliseconds wait = pace.wait(poller.now());
    EXPECT_GE(wait, last);
    last = wait;
    poller.poll(false);
  }
  EXPECT_NEAR(static_cast<double>(pace.wait(poller.now()).count()), 900, 1);
  poller.poll(true);
  EXPECT_LE(pace.wait(poller.now()).count(), 202);
}

TEST(PollPaceTest, HurryForgetsTheBackOffButNotTheLeastInterval) {
  PollPace pace(kFast, kSlow);
  Poller poller(pace);
  for (int i = 0; i < 20; ++i) poller.poll(false);
  pace.hurry();
  const std::int64_t wait = pace.wait(poller.now()).count();
  EXPECT_GE(wait, 200);
  EXPECT_LE(wait, 202);
}

TEST(PollPaceTest, TimeThatARequestTookCounts) {
  PollPace pace(kFast, kSlow);
  Poller poller(pace);
  poller.poll(true, 150);
  EXPECT_LE(pace.wait(poller.now()).count(), 52);
  poller.poll(true, 500);
  EXPECT_EQ(pace.wait(poller.now()).count(), 0) << "slower than the interval by itself";
}

TEST(PollPaceTest, SlowIsNeverFasterThanFast) {
  PollPace pace(Milliseconds(2'000), Milliseconds(10));
  Poller poller(pace);
  for (int i = 0; i < 5; ++i) poller.poll(false);
  EXPECT_NEAR(static_cast<double>(pace.wait(poller.now()).count()), 2'000, 1);
}

/// A request arrives some time between its begin and its answer. However they travel, however idle
/// the shard, however often somebody hurries: no six arrive within a second.
RC_GTEST_PROP(PollPaceProperty, NeverMoreThanFiveRequestsArriveInASecond, ()) {
  PollPace pace(Milliseconds(*rc::gen::inRange(200, 400)),
                Milliseconds(*rc::gen::inRange(1, 2'000)));
  std::vector<std::int64_t> arrivals;
  std::int64_t now = kStart;
  for (int i = 0; i < 60; ++i) {
    if (*rc::gen::arbitrary<bool>()) pace.hurry();
    now += pace.wait(now).count() + *rc::gen::inRange(0, 20);
    const int takes = *rc::gen::element(0, 1, 5, 90, 250, 1'500);
    pace.began(now);
    arrivals.push_back(now + *rc::gen::inRange(0, takes + 1));
    now += takes;
    pace.ended(now);
    pace.answered(*rc::gen::inRange(0, 3) == 0);
  }
  for (std::size_t i = 5; i < arrivals.size(); ++i)
    RC_ASSERT(arrivals[i] - arrivals[i - 5] > 1'000);
}

}  // namespace
}  // namespace crossfade::forward
