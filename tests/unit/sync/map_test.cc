#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sync/map_command.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

LinkConfig orders() {
  LinkConfig link;
  link.name = "orders";
  link.table = "Orders";
  link.collection = "shop.orders";
  link.key = {"pk", "sk"};
  return link;
}

struct Mapped {
  std::vector<std::string> lines;
  std::int64_t failed = 0;
};

Mapped map_with(const LinkConfig& link, Side to, const std::string& input,
                const std::string& key = "") {
  const codec::Mapper mapper(map_options(link, key).value());
  std::istringstream in(input);
  std::ostringstream out;
  Mapped mapped;
  mapped.failed = map_lines(mapper, to, in, out);
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) mapped.lines.push_back(line);
  return mapped;
}

TEST(Map, ItemsBecomeDocuments) {
  const Mapped mapped = map_with(orders(), Side::mongodb,
                                 R"({"pk":{"S":"a"},"sk":{"N":"7"},"n":{"N":"1.50"}})"
                                 "\n");
  ASSERT_EQ(mapped.lines.size(), 1U);
  EXPECT_EQ(mapped.failed, 0);
  EXPECT_THAT(mapped.lines[0],
              StartsWith(R"({ "_id" : { "pk" : "a", "sk" : { "$numberInt" : "7" } })"));
  EXPECT_THAT(mapped.lines[0], HasSubstr(R"("n" : { "$numberDecimal" : "1.5" })"));
}

TEST(Map, DocumentsBecomeItems) {
  const Mapped mapped = map_with(
      orders(), Side::dynamodb,
      R"({"_id":{"pk":"a","sk":{"$numberInt":"7"}},"pk":"a","sk":{"$numberInt":"7"},"x":true})"
      "\n");
  ASSERT_EQ(mapped.lines.size(), 1U);
  EXPECT_EQ(mapped.failed, 0) << mapped.lines[0];
  EXPECT_EQ(mapped.lines[0], R"({"pk":{"S":"a"},"sk":{"N":"7"},"x":{"BOOL":true}})");
}

TEST(Map, WhatComesOutGoesBackIn) {
  const std::string item =
      R"({"pk":{"S":"a"},"sk":{"N":"7"},"tags":{"SS":["x","y"]},"z":{"NULL":true}})";
  const Mapped document = map_with(orders(), Side::mongodb, item);
  ASSERT_EQ(document.lines.size(), 1U);
  const Mapped again = map_with(orders(), Side::dynamodb, document.lines[0]);
  ASSERT_EQ(again.lines.size(), 1U);
  EXPECT_EQ(again.lines[0], item);
}

TEST(Map, AcceptsItemsInTheirWrapping) {
  const std::string bare = R"({"pk":{"S":"a"},"sk":{"S":"b"}})";
  const Mapped expected = map_with(orders(), Side::mongodb, bare);
  EXPECT_EQ(map_with(orders(), Side::mongodb, R"({"Item":)" + bare + "}").lines, expected.lines);
  EXPECT_EQ(
      map_with(orders(), Side::mongodb, R"({"ConsumedCapacity":{}, "Item":)" + bare + "}").lines,
      expected.lines);
}

TEST(Map, AnAttributeCalledItemIsNoWrapping) {
  const Mapped mapped =
      map_with(orders(), Side::mongodb, R"({"pk":{"S":"a"},"sk":{"S":"b"},"Item":{"M":{}}})");
  EXPECT_EQ(mapped.failed, 0);
  EXPECT_THAT(mapped.lines.at(0), HasSubstr(R"("Item" : {  })"));
}

TEST(Map, ALineThatCannotBeMappedGivesAnErrorInItsPlace) {
  const Mapped mapped = map_with(orders(), Side::mongodb,
                                 "{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"1\"}}\n"
                                 "\n   \r\n"
                                 "not json\n"
                                 "{\"pk\":{\"S\":\"a\"}}\n"
                                 "{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"2\"}}");
  EXPECT_EQ(mapped.failed, 2);
  ASSERT_EQ(mapped.lines.size(), 4U);
  EXPECT_THAT(mapped.lines[0], StartsWith("{ \"_id\""));
  EXPECT_THAT(mapped.lines[1], StartsWith("{\"error\":\""));
  EXPECT_THAT(mapped.lines[2], StartsWith("{\"error\":\""));
  EXPECT_THAT(mapped.lines[3], StartsWith("{ \"_id\""));
  const Mapped documents = map_with(orders(), Side::dynamodb, "{\"a\":\n");
  EXPECT_EQ(documents.failed, 1);
  EXPECT_THAT(documents.lines.at(0), StartsWith("{\"error\":\"this is no Extended JSON document"));
}

TEST(Map, ALineWithoutEndIsCutNotKept) {
  std::string input(65U << 20, ' ');
  input.append("\n{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"1\"}}\n");
  input.front() = 'x';
  const Mapped mapped = map_with(orders(), Side::mongodb, input);
  ASSERT_EQ(mapped.lines.size(), 2U);
  EXPECT_EQ(mapped.lines[0], "{\"error\":\"the line is longer than 64 MiB\"}");
  EXPECT_THAT(mapped.lines[1], StartsWith("{ \"_id\""));
}

TEST(Map, TheKeyComesFromTheLinkOrTheCommandLine) {
  const Mapped mapped = map_with(orders(), Side::mongodb, R"({"id":{"N":"5"}})", "id");
  EXPECT_THAT(mapped.lines.at(0), StartsWith(R"({ "_id" : { "$numberInt" : "5" })"));
  const auto two = map_options(orders(), "a,b");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->key.hash.name, "a");
  ASSERT_TRUE(two->key.sort);
  EXPECT_EQ(two->key.sort->name, "b");
  EXPECT_FALSE(two->key.hash.type);
}

TEST(Map, WithoutAKeySaysWhereToGiveIt) {
  LinkConfig link = orders();
  link.key.clear();
  EXPECT_EQ(map_options(link, "").error().message,
            "to map without a table the key must be known: give \"key: [pk, sk]\" in the link "
            "\"orders\", or --key pk,sk");
  for (const char* key : {"a,b,c", "a,", ",b", ","}) {
    EXPECT_EQ(map_options(link, key).error().message,
              "--key takes one or two attribute names, as in --key pk,sk")
        << key;
  }
}

TEST(Map, FollowsTheOptionsOfTheLink) {
  LinkConfig link = orders();
  link.fractions_as_double = true;
  link.reserved = "_x";
  const Mapped mapped = map_with(
      link, Side::mongodb, R"({"pk":{"S":"a"},"sk":{"S":"b"},"n":{"N":"1.5"},"t":{"SS":["q"]}})");
  EXPECT_THAT(mapped.lines.at(0), HasSubstr(R"("n" : { "$numberDouble" : "1.5" })"));
  EXPECT_THAT(mapped.lines.at(0), HasSubstr(R"("_x" : )"));
}

}  // namespace
}  // namespace crossfade::sync
