#include "common/dynamo/raw_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "common/dynamo/request_body.h"

namespace crossfade::dynamo {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

TEST(RawJson, CutsMembersOut) {
  const std::string_view text =
      R"( { "a" : {"b":[1,{"c":"}]"}]} , "d":"\"}", "e": -1.5e3 ,"f":null})";
  EXPECT_EQ(raw_member(text, "a"), R"({"b":[1,{"c":"}]"}]})");
  EXPECT_EQ(raw_member(text, "d"), R"("\"}")");
  EXPECT_EQ(raw_member(text, "e"), "-1.5e3");
  EXPECT_EQ(raw_member(text, "f"), "null");
  EXPECT_EQ(raw_member(text, "b"), std::nullopt);
  EXPECT_EQ(raw_text_member(text, "d"), R"(\"})");
  EXPECT_EQ(raw_text_member(text, "e"), "");
}

TEST(RawJson, CutsElementsOut) {
  EXPECT_THAT(*raw_elements(R"([1, "a,]" ,[2,3],{"x":[]} ])"),
              ElementsAre("1", R"("a,]")", "[2,3]", R"({"x":[]})"));
  EXPECT_THAT(*raw_elements(" [ ] "), ElementsAre());
}

TEST(RawJson, KnowsAnEmptyObject) {
  EXPECT_TRUE(is_empty_object("{}"));
  EXPECT_TRUE(is_empty_object(" { } "));
  EXPECT_FALSE(is_empty_object(R"({"a":1})"));
  EXPECT_FALSE(is_empty_object("[]"));
  EXPECT_FALSE(is_empty_object(""));
}

TEST(RawJson, BrokenTextsHaveNoParts) {
  for (const char* bad : {"", "{", "[", R"({"a")", R"({"a":)", R"({"a":"b)", R"({"a":{"b":1)", "7",
                          R"({"a" 1})", R"({a:1})", R"({"x":"\)"}) {
    EXPECT_EQ(raw_member(bad, "a"), std::nullopt) << bad;
  }
  for (const char* bad : {"", "[", "[1", "[1,", "[,]", "[1]x", "{}", "[\"]", "[[1]"}) {
    EXPECT_EQ(raw_elements(bad), std::nullopt) << bad;
  }
}

json any_json(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<int>();
    case 2:
      return *rc::gen::string<std::string>();
    case 3:
      return *rc::gen::arbitrary<bool>();
    case 4: {
      json array = json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) array.push_back(any_json(depth - 1));
      return array;
    }
    default: {
      json object = json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        object["k" + std::to_string(i)] = any_json(depth - 1);
      }
      return object;
    }
  }
}

std::string dumped(const json& value, int indent) {
  return value.dump(indent, ' ', true, json::error_handler_t::replace);
}

RC_GTEST_PROP(RawJsonProperty, CutsLikeAParser, (bool spaced)) {
  json object = json::object();
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) object["m" + std::to_string(i)] = any_json(3);
  const std::string text = dumped(object, spaced ? 2 : -1);
  for (const auto& [name, value] : object.items()) {
    const auto cut = raw_member(text, name);
    RC_ASSERT(cut.has_value());
    RC_ASSERT(json::parse(*cut) == json::parse(dumped(value, -1)));
    if (!value.is_array()) continue;
    const auto elements = raw_elements(*cut);
    RC_ASSERT(elements.has_value());
    RC_ASSERT(elements->size() == value.size());
  }
  RC_ASSERT(!raw_member(text, "absent").has_value());
}

RC_GTEST_PROP(RawJsonProperty, AnyBytesAreSurvived, (const std::string& noise)) {
  const auto shaped =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string(R"({}[]",:\ 1a)")));
  for (const std::string& text : {noise, shaped}) {
    raw_member(text, "a");
    raw_elements(text);
    is_empty_object(text);
  }
}

RC_GTEST_PROP(RequestBodyProperty, TextsComeBack, (const std::string& noise)) {
  std::string text = noise;
  for (char& c : text) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
  RequestBody body;
  body.text("a", text).number("n", -5).flag("f", true).raw("r", "[1]");
  const json parsed = json::parse(std::move(body).finish());
  RC_ASSERT(parsed.at("a").get<std::string>() == text);
  RC_ASSERT(parsed.at("n").get<int>() == -5);
  RC_ASSERT(parsed.at("f").get<bool>());
  RC_ASSERT(parsed.at("r").size() == 1U);
}

TEST(RequestBody, AConditionAsksForTheItemInTheWay) {
  RequestBody conditional;
  conditional.condition({"#a = :b", R"({"#a":"x"})", R"({":b":{"S":"y"}})"});
  EXPECT_EQ(
      std::move(conditional).finish(),
      R"({"ConditionExpression":"#a = :b","ReturnValuesOnConditionCheckFailure":"ALL_OLD",)"
      R"("ExpressionAttributeNames":{"#a":"x"},"ExpressionAttributeValues":{":b":{"S":"y"}}})");
  RequestBody plain;
  plain.condition({});
  EXPECT_EQ(std::move(plain).finish(), "{}");
}

}  // namespace
}  // namespace crossfade::dynamo
