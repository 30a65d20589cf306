#include "common/codec/document.h"

#include <gtest/gtest.h>

namespace crossfade::codec {
namespace {

std::string sample() {
  const std::string inner = std::move(DocumentBuilder().int64("id", 7).text("ns", "a.b")).finish();
  return std::move(DocumentBuilder()
                       .text("text", std::string_view("a\0b", 3))
                       .int32("small", -5)
                       .int64("large", 1LL << 53 | 1)
                       .number("real", 2.5)
                       .number("whole", 12.0)
                       .boolean("yes", true)
                       .null("nothing")
                       .date("date", -1)
                       .timestamp("time", 3, 4)
                       .binary("bytes", std::string_view("\0\xff", 2), 4)
                       .document("cursor", inner)
                       .array("batch", {inner, inner})
                       .text_array("names", {"x", "y"}))
      .finish();
}

TEST(Document, ReadsBackWhatWasBuilt) {
  const std::string bytes = sample();
  const DocumentView view(bytes);
  EXPECT_EQ(view.text("text"), std::string_view("a\0b", 3));
  EXPECT_EQ(view.integer("small"), -5);
  EXPECT_EQ(view.integer("large"), 9007199254740993);
  EXPECT_EQ(view.integer("whole"), 12);
  EXPECT_EQ(view.integer("real"), std::nullopt);
  EXPECT_EQ(view.number("real"), 2.5);
  EXPECT_EQ(view.number("small"), -5.0);
  EXPECT_EQ(view.boolean("yes"), true);
  EXPECT_TRUE(view.has("nothing"));
  EXPECT_EQ(view.date_ms("date"), -1);
  EXPECT_EQ(view.timestamp("time"), 3ULL << 32 | 4);
  EXPECT_EQ(view.binary("bytes"), std::string_view("\0\xff", 2));
  EXPECT_EQ(view.integer("cursor.id"), 7);
  EXPECT_EQ(view.text("batch.1.ns"), "a.b");
  EXPECT_EQ(view.documents("batch").size(), 2U);
  EXPECT_EQ(view.texts("names"), (std::vector<std::string>{"x", "y"}));
}

TEST(Document, AbsentOrOtherTypesAreNothing) {
  const std::string bytes = sample();
  const DocumentView view(bytes);
  EXPECT_FALSE(view.has("cursor.absent"));
  EXPECT_FALSE(view.has("small.deeper"));
  EXPECT_EQ(view.text("small"), std::nullopt);
  EXPECT_EQ(view.integer("text"), std::nullopt);
  EXPECT_EQ(view.boolean("small"), std::nullopt);
  EXPECT_EQ(view.date_ms("large"), std::nullopt);
  EXPECT_EQ(view.document("names.0"), std::nullopt);
  EXPECT_TRUE(view.documents("cursor").empty());
  EXPECT_TRUE(view.texts("batch").empty());
  EXPECT_FALSE(DocumentView("").has("a"));
  EXPECT_FALSE(DocumentView("garbage!").has("a"));
}

TEST(Document, CopiesValuesAndFields) {
  const std::string from = sample();
  const std::string bytes = std::move(DocumentBuilder()
                                          .copy("renamed", from, "cursor")
                                          .copy("gone", from, "absent")
                                          .fields(from))
                                .finish();
  const DocumentView view(bytes);
  EXPECT_EQ(view.integer("renamed.id"), 7);
  EXPECT_FALSE(view.has("gone"));
  EXPECT_EQ(view.text("cursor.ns"), "a.b");
  EXPECT_EQ(std::move(DocumentBuilder().fields(from)).finish(), from);
}

TEST(Document, EmptyDocumentIsFiveBytes) {
  const std::string empty = std::move(DocumentBuilder()).finish();
  EXPECT_EQ(empty, std::string("\x05\0\0\0\0", 5));
  const std::string bytes = std::move(DocumentBuilder().document("d", {}).array("a", {})).finish();
  EXPECT_EQ(DocumentView(bytes).document("d"), empty);
  EXPECT_EQ(DocumentView(bytes).document("a"), empty);
}

TEST(ExtendedJson, GoesBothWays) {
  const std::string bytes = sample();
  std::string error;
  const auto again = from_extended_json(to_extended_json(bytes, true), error);
  ASSERT_TRUE(again) << error;
  EXPECT_EQ(*again, bytes);
  const std::string five = std::move(DocumentBuilder().int32("a", 5)).finish();
  EXPECT_EQ(to_extended_json(five, true), R"({ "a" : { "$numberInt" : "5" } })");
  EXPECT_EQ(to_extended_json(five, false), R"({ "a" : 5 })");
}

TEST(ExtendedJson, IsEmptyForWhatIsNoDocument) {
  EXPECT_EQ(to_extended_json("garbage", true), "");
  EXPECT_EQ(to_extended_json(std::move(DocumentBuilder().text("a", "\xff")).finish(), true), "");
}

TEST(ExtendedJson, SaysWhyATextIsNoDocument) {
  for (const std::string_view text : {"", "  ", "[1]", "5", "{", "{\"a\":", "{\"a\":1}}", "{a}"}) {
    std::string error;
    EXPECT_EQ(from_extended_json(text, error), std::nullopt) << text;
    EXPECT_FALSE(error.empty()) << text;
  }
}

TEST(Document, IntegersOfDecimals) {
  std::string error;
  const auto bytes = from_extended_json(
      R"({"a":{"$numberDecimal":"12"},"e":{"$numberDecimal":"1.20E+1"},"b":{"$numberDecimal":"1.5"},"c":{"$numberDecimal":"NaN"}})",
      error);
  ASSERT_TRUE(bytes) << error;
  EXPECT_EQ(DocumentView(*bytes).integer("a"), 12);
  EXPECT_EQ(DocumentView(*bytes).integer("e"), 12);
  EXPECT_EQ(DocumentView(*bytes).integer("b"), std::nullopt);
  EXPECT_EQ(DocumentView(*bytes).number("b"), 1.5);
  EXPECT_EQ(DocumentView(*bytes).integer("c"), std::nullopt);
}

}  // namespace
}  // namespace crossfade::codec
