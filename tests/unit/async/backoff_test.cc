#include "common/async/backoff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace crossfade {
namespace {

TEST(Backoff, GrowsToTheCapAndStartsAgainAfterReset) {
  Random random(7);
  Backoff backoff(Milliseconds(100), Milliseconds(5000), random);
  Milliseconds longest_first(0);
  Milliseconds longest_tenth(0);
  for (int round = 0; round < 2000; ++round) {
    backoff.reset();
    longest_first = std::max(longest_first, backoff.next());
    for (int attempt = 1; attempt < 9; ++attempt) backoff.next();
    longest_tenth = std::max(longest_tenth, backoff.next());
    EXPECT_EQ(backoff.attempts(), 10U);
  }
  EXPECT_GT(longest_first, Milliseconds(90));
  EXPECT_LE(longest_first, Milliseconds(100));
  EXPECT_GT(longest_tenth, Milliseconds(4500));
  EXPECT_LE(longest_tenth, Milliseconds(5000));
}

RC_GTEST_PROP(Backoff, StaysWithinItsCeiling, (std::uint64_t seed)) {
  const auto base = *rc::gen::inRange<std::int64_t>(1, 10'000);
  const auto cap = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  Random random(seed);
  Backoff backoff{Milliseconds(base), Milliseconds(cap), random};
  double ceiling = static_cast<double>(base);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto delay = static_cast<double>(backoff.next().count());
    RC_ASSERT(delay >= 0);
    RC_ASSERT(delay <= std::min(ceiling, static_cast<double>(cap)));
    ceiling *= 2;
  }
}

TEST(Backoff, IsSpreadOverTheWholeRange) {
  Random random(11);
  Backoff backoff(Milliseconds(1000), Milliseconds(1000), random);
  int low = 0;
  for (int i = 0; i < 1000; ++i) low += backoff.next() < Milliseconds(500) ? 1 : 0;
  EXPECT_GT(low, 400);
  EXPECT_LT(low, 600);
}

}  // namespace
}  // namespace crossfade
