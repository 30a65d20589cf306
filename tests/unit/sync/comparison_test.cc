#include "sync/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/codec/document.h"
#include "sync/oplog.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

codec::MappingOptions options() {
  codec::MappingOptions out;
  out.key.hash = {"pk", codec::KeyType::text};
  out.synced_field = "synced";
  return out;
}

class ComparisonTest : public testing::Test {
 protected:
  std::string compare(std::optional<std::string> item, std::optional<std::string> document) {
    return difference(mapper, {Key{}, std::move(item), std::move(document)});
  }
  static DocumentBuilder document() {
    DocumentBuilder out;
    out.text("_id", "a").text("pk", "a");
    return out;
  }

  codec::Mapper mapper{options()};
};

TEST_F(ComparisonTest, EqualInTheNeutralForm) {
  EXPECT_EQ(compare(std::nullopt, std::nullopt), "");
  const std::string item =
      R"({"n":{"N":"1.0"},"pk":{"S":"a"},"_crossfade":{"M":{"w":{"M":{"l":{"S":"x"},"e":{"N":"1"},)"
      R"("p":{"N":"1"},"h":{"S":"0000000000000001"},"at":{"N":"1"}}}}}})";
  EXPECT_EQ(compare(item, document().int64("n", 1).text("synced", "by us").finish()), "");
}

TEST_F(ComparisonTest, TellsWhichSideHasIt) {
  EXPECT_EQ(compare(R"({"pk":{"S":"a"}})", std::nullopt), "is in DynamoDB only");
  EXPECT_EQ(compare(std::nullopt, document().finish()), "is in MongoDB only");
}

TEST_F(ComparisonTest, NamesAttributesAndNoValues) {
  const std::string what =
      compare(R"({"pk":{"S":"a"},"n":{"N":"1"},"gone":{"S":"secret"},"same":{"S":"s"}})",
              document().int32("n", 2).text("same", "s").text("more", "secret").finish());
  EXPECT_THAT(what, AllOf(HasSubstr("\"n\""), HasSubstr("\"gone\""), HasSubstr("\"more\"")));
  EXPECT_THAT(what, AllOf(Not(HasSubstr("secret")), Not(HasSubstr("same"))));
}

TEST_F(ComparisonTest, NamesAFewOfMany) {
  std::string item = R"({"pk":{"S":"a"})";
  for (int i = 0; i < 40; ++i) item += ",\"a" + std::to_string(i) + R"(":{"S":"x"})";
  const std::string what = compare(item + "}", document().finish());
  EXPECT_THAT(what, HasSubstr("and others"));
  EXPECT_LT(what.size(), 200U);
}

TEST_F(ComparisonTest, WhatHasNoFormOnTheOtherSideIsADifference) {
  const std::string deep = [] {
    std::string inner = DocumentBuilder().finish();
    for (int i = 0; i < 40; ++i) inner = DocumentBuilder().document("d", inner).finish();
    return DocumentBuilder().text("_id", "a").text("pk", "a").document("d", inner).finish();
  }();
  EXPECT_THAT(compare(R"({"pk":{"S":"a"}})", deep), HasSubstr("cannot be compared"));
}

constexpr std::int64_t kHour = 3'600'000;

TEST(OplogTest, AFullOplogIsItsWindowLessTheAgeOfThePosition) {
  const OplogWindow window{0, 100, 100};
  EXPECT_DOUBLE_EQ(oplog_headroom_hours(window, 10 * kHour, 10 * kHour), 10);
  EXPECT_DOUBLE_EQ(oplog_headroom_hours(window, 4 * kHour, 10 * kHour), 4);
  EXPECT_LE(oplog_headroom_hours(window, 0, 10 * kHour), 0);
}

TEST(OplogTest, ARoomyOplogForgetsNothingUntilItIsFull) {
  const OplogWindow window{0, 25, 100};
  EXPECT_DOUBLE_EQ(oplog_headroom_hours(window, 2 * kHour, 2 * kHour), 8);
  EXPECT_DOUBLE_EQ(oplog_headroom_hours(window, 1 * kHour, 2 * kHour), 7);
}

TEST(OplogTest, AFullLoadOfMinutesIsNotTakenForThePaceOfAnHour) {
  const std::int64_t minutes = kHour / 60;
  const OplogWindow window{0, 10, 100};
  EXPECT_NEAR(oplog_headroom_hours(window, 6 * minutes, 6 * minutes), 9.1, 1e-9);
  EXPECT_DOUBLE_EQ(oplog_headroom_hours(window, kHour, kHour), 10);
}

}  // namespace
}  // namespace crossfade::sync
