#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/result.h"

namespace crossfade {
namespace {

/// Lanes, buckets and write tokens persist these.
TEST(Hash, NeverChanges) {
  EXPECT_EQ(stable_hash(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(stable_hash("crossfade"), 0x2941b44ad496ee61ULL);
  EXPECT_EQ(stable_hash(std::string(1000, 'x')), 0xc0a4877b962cba82ULL);
  EXPECT_NE(stable_hash("a"), stable_hash(std::string_view("a\0", 2)));
}

TEST(Clock, TheManualOneMovesWhenTold) {
  ManualClock clock(1000);
  EXPECT_EQ(clock.wall_ms(), 1000);
  clock.advance(Milliseconds(250));
  EXPECT_EQ(clock.wall_ms(), 1250);
  EXPECT_EQ(clock.steady_ms(), 1250);
}

TEST(Clock, TheSystemsOneGoesForward) {
  const SystemClock clock;
  const std::int64_t before = clock.steady_ms();
  EXPECT_GT(clock.wall_ms(), 1'700'000'000'000);
  EXPECT_GE(clock.steady_ms(), before);
}

TEST(Random, IsTheSameForASeed) {
  Random one(7);
  Random two(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.bits(), two.bits());
  EXPECT_EQ(one.id(), two.id());
  for (int i = 0; i < 1000; ++i) {
    const double value = one.uniform();
    EXPECT_GE(value, 0.0);
    EXPECT_LT(value, 1.0);
  }
}

TEST(Random, MakesIdsOf32HexDigits) {
  Random random = Random::from_system();
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random.id();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(Fault, EachSaysWhatToDoNext) {
  EXPECT_EQ(next_step(Fault::transient), Next::retry);
  EXPECT_EQ(next_step(Fault::unavailable), Next::retry);
  EXPECT_EQ(next_step(Fault::conflict), Next::retry);
  EXPECT_EQ(next_step(Fault::throttled), Next::retry_patiently);
  EXPECT_EQ(next_step(Fault::expired_iterator), Next::new_iterator);
  EXPECT_EQ(next_step(Fault::credentials), Next::refresh_credentials);
  EXPECT_EQ(next_step(Fault::rejected), Next::dead_letter);
  EXPECT_EQ(next_step(Fault::duplicate_key), Next::dead_letter);
  for (const Fault fault : {Fault::trimmed, Fault::history_lost, Fault::forbidden, Fault::not_found,
                            Fault::stale, Fault::disk_full, Fault::corrupt, Fault::invalid})
    EXPECT_EQ(next_step(fault), Next::stop_link) << to_string(fault);
}

TEST(Fault, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Fault::stopped); ++i)
    EXPECT_TRUE(names.insert(to_string(static_cast<Fault>(i))).second) << i;
  EXPECT_FALSE(names.contains("unknown"));
}

Result<int> halved(int value) {
  if (value % 2 != 0) return fail(Fault::invalid, "odd");
  return value / 2;
}

Result<void> check(int value) {
  if (value < 0) return fail(Fault::rejected, "negative", "detail");
  return {};
}

Result<int> quartered(int value) {
  TRY_VOID(check(value));
  TRY(const int half, halved(value));
  TRY(const int quarter, halved(half));
  return quarter;
}

TEST(Result, TryNamesTheValueOrReturnsTheError) {
  EXPECT_EQ(*quartered(12), 3);
  EXPECT_EQ(quartered(6).error().message, "odd");
  EXPECT_EQ(quartered(-4).error().fault, Fault::rejected);
  EXPECT_EQ(quartered(-4).error().detail, "detail");
  EXPECT_THROW(quartered(1).value(), std::logic_error);
}

TEST(Log, WritesOneLineOfFields) {
  ::testing::internal::CaptureStderr();
  {
    Log log(LogLevel::info);
    log.debug("hidden");
    log.info("lane_stalled",
             {{"lane", 3}, {"why", "two words"}, {"empty", ""}, {"text", "a\"b\nc"}});
  }
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(line.find("hidden"), std::string::npos);
  EXPECT_NE(line.find(R"(Z info event=lane_stalled lane=3 why="two words" empty="" text="a\"b c")"),
            std::string::npos)
      << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace crossfade
