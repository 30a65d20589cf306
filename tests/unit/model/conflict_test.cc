#include "common/model/conflict.h"

#include <gtest/gtest.h>

namespace crossfade {
namespace {

Change made_at(std::int64_t source_time_ms, std::int64_t earliest_ms = 0) {
  Change change;
  change.source_time_ms = source_time_ms;
  change.earliest_ms = earliest_ms;
  return change;
}

TEST(Span, MongoDbTellsTheMillisecond) {
  EXPECT_EQ(span_of(made_at(12'345), Side::mongodb), (Span{12'345, 12'345}));
}

TEST(Span, DynamoDbTellsTheSecondAndWhatWasSeenBeforeIt) {
  EXPECT_EQ(span_of(made_at(12'000, 12'000), Side::dynamodb), (Span{12'000, 12'999}));
  EXPECT_EQ(span_of(made_at(12'345, 12'000), Side::dynamodb), (Span{12'000, 12'999}));
  EXPECT_EQ(span_of(made_at(12'345, 12'100), Side::dynamodb), (Span{12'100, 12'999}));
  EXPECT_EQ(span_of(made_at(12'000, 15'000), Side::dynamodb), (Span{12'999, 12'999}))
      << "never later than its second";
  EXPECT_EQ(span_of(made_at(72'345, 60'000), Side::dynamodb, kMinuteMs), (Span{60'000, 119'999}));
}

TEST(Span, OneIsLaterOnlyWithoutAnyOverlap) {
  EXPECT_TRUE(surely_later({13'000, 13'999}, {12'000, 12'999}));
  EXPECT_FALSE(surely_later({13'000, 13'999}, {13'000, 13'000}));
  EXPECT_FALSE(surely_later({13'000, 13'000}, {13'000, 13'000}));
  EXPECT_FALSE(surely_later({12'000, 12'000}, {13'000, 13'000}));
}

TEST(Outcome, HasAName) {
  for (const Outcome outcome : {Outcome::restored, Outcome::merged, Outcome::kept})
    EXPECT_EQ(outcome_of(to_string(outcome)), outcome);
  EXPECT_EQ(to_string(Outcome::merged), "merged");
  EXPECT_FALSE(outcome_of("lost"));
}

TEST(KeptValues, AreKnownWhileTheValueIsTheSame) {
  KeptValues values;
  values.kept({"a"}, 7, {1, 2});
  EXPECT_EQ(values.when({"a"}, 7), (Span{1, 2}));
  EXPECT_FALSE(values.when({"a"}, 8));
  EXPECT_FALSE(values.when({"b"}, 7));
  values.kept({"a"}, 8, {3, 4});
  EXPECT_FALSE(values.when({"a"}, 7));
  EXPECT_EQ(values.when({"a"}, 8), (Span{3, 4}));
}

}  // namespace
}  // namespace crossfade
