#include "backward/item_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace crossfade::backward {
namespace {

using nlohmann::json;

const ItemNames kNames{"pk", "_crossfade"};
const std::string kRead =
    R"({"Item":{"pk":{"S":"k"},"a":{"N":"1"},"b":{"SS":["x"]},"c":{"S":"c"}}})";
const std::string kWanted =
    R"({"pk":{"S":"k"},"a":{"N":"2"},"c":{"S":"c"},"d":{"M":{}},"_crossfade":{"M":{"w":{"M":{}}}}})";

TEST(ItemUpdateTest, ComparesAndWritesTheAttributesAndNoOthers) {
  const auto update = item_update(kNames, kRead, kWanted, {"a", "b", "d"});
  ASSERT_TRUE(update);
  EXPECT_TRUE(update->was_there);
  EXPECT_EQ(update->expression, "SET #x=:x,#a0=:n0,#a2=:n2 REMOVE #a1");
  EXPECT_EQ(update->as_read.expression,
            "attribute_exists(#k) AND #a0 = :o0 AND #a1 = :o1 AND attribute_not_exists(#a2)");
  EXPECT_EQ(json::parse(update->as_read.names_json),
            json::parse(R"({"#k":"pk","#a0":"a","#a1":"b","#a2":"d"})"));
  EXPECT_EQ(json::parse(update->as_read.values_json),
            json::parse(R"({":o0":{"N":"1"},":o1":{"SS":["x"]}})"));
  EXPECT_EQ(json::parse(update->written.values_json),
            json::parse(R"({":n0":{"N":"2"},":n2":{"M":{}},":x":{"M":{"w":{"M":{}}}}})"));
}

TEST(ItemUpdateTest, AnItemThatWasNotThereMustStillNotBe) {
  const auto update = item_update(kNames, "{}", kWanted, {"a"});
  ASSERT_TRUE(update);
  EXPECT_FALSE(update->was_there);
  EXPECT_EQ(update->expression, "SET #x=:x,#a0=:n0");
  EXPECT_EQ(update->as_read.expression, "attribute_not_exists(#k) AND attribute_not_exists(#a0)");
}

TEST(ItemUpdateTest, OfAnItemThatIsToGoOnlyTheConditionIsWanted) {
  const auto update = item_update(kNames, kRead, std::nullopt, {"a"});
  ASSERT_TRUE(update);
  EXPECT_EQ(update->expression, "");
  EXPECT_EQ(update->as_read.expression, "attribute_exists(#k) AND #a0 = :o0");
}

TEST(ItemUpdateTest, RefusesWhatFitsIntoNoExpression) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("n" + std::to_string(i));
  const auto most = item_update(kNames, kRead, kWanted, names);
  ASSERT_TRUE(most);
  EXPECT_LT(most->as_read.expression.size(), 4'096U - 400U);
  names.emplace_back("one more");
  EXPECT_EQ(item_update(kNames, kRead, kWanted, names).error().fault, Fault::rejected);
  EXPECT_EQ(item_update(kNames, "torn", kWanted, {}).error().fault, Fault::rejected);
}

TEST(ItemUpdateTest, ConditionsAreJoined) {
  const dynamo::Condition one{"#a = :a", R"({"#a":"a"})", R"({":a":{"N":"1"}})"};
  const dynamo::Condition other{"#b = :b", R"({"#b":"b"})", R"({":b":{"N":"2"}})"};
  const dynamo::Condition joined = both(one, other);
  EXPECT_EQ(joined.expression, "#a = :a AND #b = :b");
  EXPECT_EQ(json::parse(joined.names_json), json::parse(R"({"#a":"a","#b":"b"})"));
  EXPECT_EQ(json::parse(joined.values_json), json::parse(R"({":a":{"N":"1"},":b":{"N":"2"}})"));
  for (const dynamo::Condition& same :
       {both(one, {}), both({}, one), both(one, {"", "{}", "{}"})}) {
    EXPECT_EQ(same.expression, one.expression);
    EXPECT_EQ(same.names_json, one.names_json);
    EXPECT_EQ(same.values_json, one.values_json);
  }
}

}  // namespace
}  // namespace crossfade::backward
