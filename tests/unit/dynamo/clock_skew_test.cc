#include "common/dynamo/clock_skew.h"

#include <gtest/gtest.h>

namespace crossfade::dynamo {
namespace {

constexpr std::int64_t kNewYear = 1'767'225'600'000;
constexpr const char* kNewYearDate = "Thu, 01 Jan 2026 00:00:00 GMT";

TEST(ClockSkew, ReadsHttpDates) {
  EXPECT_EQ(parse_http_date(kNewYearDate), kNewYear);
  EXPECT_EQ(parse_http_date("Tue, 29 Feb 2028 23:59:59 GMT"), 1'835'481'599'000);
  for (const char* bad : {"", "yesterday", "2026-01-01T00:00:00Z",
                          "Thu, 01 Jan 2026 00:00:00 GMT+1", "Thu, 01 Jan 2026 00:00:00"}) {
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
  }
}

TEST(ClockSkew, TakesTheServersClock) {
  ClockSkew skew;
  EXPECT_TRUE(skew.correct(kNewYearDate, kNewYear + 3'600'000, 0));
  EXPECT_EQ(skew.offset_ms(), -3'600'000);
}

TEST(ClockSkew, ASecondRefusalAtTheRightTimeIsNotTheClocks) {
  ClockSkew skew;
  EXPECT_FALSE(skew.correct(kNewYearDate, kNewYear + 5'000, 0));
  EXPECT_EQ(skew.offset_ms(), 0);
  EXPECT_TRUE(skew.correct(kNewYearDate, kNewYear + 3'600'000, 0));
  EXPECT_FALSE(skew.correct(kNewYearDate, kNewYear + 3'601'000, skew.offset_ms()));
}

TEST(ClockSkew, RequestsSignedBeforeAnothersCorrectionMayTryAgain) {
  ClockSkew skew;
  EXPECT_TRUE(skew.correct(kNewYearDate, kNewYear + 3'600'000, 0));
  EXPECT_TRUE(skew.correct(kNewYearDate, kNewYear + 3'600'000, 0));
}

TEST(ClockSkew, WithoutADateNothingIsLearnt) {
  ClockSkew skew;
  EXPECT_FALSE(skew.correct("", kNewYear, 0));
}

}  // namespace
}  // namespace crossfade::dynamo
