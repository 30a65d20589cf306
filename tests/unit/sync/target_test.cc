#include "sync/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using testing::ElementsAre;

dynamo::TableDescription table() {
  dynamo::TableDescription out;
  out.name = "Orders";
  out.hash = "pk";
  out.sort = "sk";
  return out;
}

std::vector<IndexPlan> plans(const dynamo::TableDescription& of, bool raw_names = false) {
  return plan_indexes(of, codec::Names(raw_names), "shop.orders");
}

std::vector<std::string> statements(const std::vector<IndexPlan>& of) {
  std::vector<std::string> out;
  for (const IndexPlan& plan : of) out.push_back(plan.statement);
  return out;
}

TEST(PlanIndexesTest, TheKeyPairIsUnique) {
  const auto out = plans(table());
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].name, "crossfade_key");
  EXPECT_EQ(out[0].specification,
            DocumentBuilder()
                .document("key", DocumentBuilder().int32("pk", 1).int32("sk", 1).finish())
                .text("name", "crossfade_key")
                .boolean("unique", true)
                .finish());
  EXPECT_EQ(out[0].statement, R"(db.getCollection("orders").createIndex({"pk": 1, "sk": 1}, )"
                              R"({name: "crossfade_key", unique: true}))");
}

TEST(PlanIndexesTest, AHashKeyAloneIsUniqueByItself) {
  dynamo::TableDescription plain = table();
  plain.sort.clear();
  EXPECT_THAT(statements(plans(plain)),
              ElementsAre(R"(db.getCollection("orders").createIndex({"pk": 1}, )"
                          R"({name: "crossfade_key", unique: true}))"));
}

TEST(PlanIndexesTest, LocalAndGlobalIndexesKeepTheirNamesAndAreNotUnique) {
  dynamo::TableDescription indexed = table();
  indexed.indexes = {{"by-date", "pk", "placed", false}, {"by-city", "city", "", true}};
  const auto out = plans(indexed);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[1].name, "by-date");
  EXPECT_EQ(out[2].specification, DocumentBuilder()
                                      .document("key", DocumentBuilder().int32("city", 1).finish())
                                      .text("name", "by-city")
                                      .finish());
  EXPECT_THAT(
      statements(out),
      ElementsAre(
          testing::_,
          R"(db.getCollection("orders").createIndex({"pk": 1, "placed": 1}, {name: "by-date"}))",
          R"(db.getCollection("orders").createIndex({"city": 1}, {name: "by-city"}))"));
}

TEST(PlanIndexesTest, FieldsAreNamedAsTheMappingNamesThem) {
  dynamo::TableDescription odd = table();
  odd.hash = "a.b";
  odd.sort = "$c";
  EXPECT_EQ(plans(odd)[0].specification,
            DocumentBuilder()
                .document("key", DocumentBuilder().int32("a%2Eb", 1).int32("%24c", 1).finish())
                .text("name", "crossfade_key")
                .boolean("unique", true)
                .finish());
  EXPECT_EQ(codec::DocumentView(plans(odd, true)[0].specification).has("key"), true);
}

TEST(PlanIndexesTest, ACollectionsNameMayHoldDots) {
  const auto out = plan_indexes(table(), codec::Names(false), "shop.orders.archive");
  EXPECT_THAT(out[0].statement, testing::StartsWith(R"(db.getCollection("orders.archive"))"));
}

}  // namespace
}  // namespace crossfade::sync
