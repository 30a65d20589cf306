#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

using testing::document_of;
using testing::hash_and_sort;
using testing::hash_only;

TEST(ToDocument, EveryTypeHasItsForm) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"S":"x"})", R"("x")"},
      {R"({"S":""})", R"("")"},
      {R"({"S":"a\u0000b\ud83d\ude00"})", R"("a\u0000b😀")"},
      {R"({"N":"5"})", R"({ "$numberInt" : "5" })"},
      {R"({"N":"-0"})", R"({ "$numberInt" : "0" })"},
      {R"({"N":"007.0"})", R"({ "$numberInt" : "7" })"},
      {R"({"N":"-2147483648"})", R"({ "$numberInt" : "-2147483648" })"},
      {R"({"N":"2147483648"})", R"({ "$numberLong" : "2147483648" })"},
      {R"({"N":"9007199254740993"})", R"({ "$numberLong" : "9007199254740993" })"},
      {R"({"N":"9223372036854775808"})", R"({ "$numberDecimal" : "9223372036854775808" })"},
      {R"({"N":"1.50"})", R"({ "$numberDecimal" : "1.5" })"},
      {R"({"N":"1E+125"})", R"({ "$numberDecimal" : "1E+125" })"},
      {R"({"B":"AAEC/w=="})", R"({ "$binary" : { "base64" : "AAEC/w==", "subType" : "00" } })"},
      {R"({"B":""})", R"({ "$binary" : { "base64" : "", "subType" : "00" } })"},
      {R"({"BOOL":false})", "false"},
      {R"({"NULL":true})", "null"},
      {R"({"L":[]})", "[  ]"},
      {R"({"L":[{"S":"b"},{"L":[{"S":"a"}]}]})", R"([ "b", [ "a" ] ])"},
      {R"({"M":{}})", "{  }"},
      {R"({})", "{  }"},
      {R"({"M":{"z":{"NULL":true},"a":{}}})", R"({ "a" : {  }, "z" : null })"},
  };
  for (const auto& [value, expected] : table)
    EXPECT_EQ(document_of(hash_only(), R"({"pk":{"S":"k"},"v":)" + value + "}"),
              R"({ "_id" : "k", "pk" : "k", "v" : )" + expected + " }");
}

TEST(ToDocument, WhatDoesNotShowIsHinted) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"("v":{"SS":["b","a","B"]})", R"("v" : [ "B", "a", "b" ])"
                                      R"(, "_crossfade" : { "t" : { "v" : "SS" } })"},
      {R"("v":{"NS":["10","9.50","-1"]})",
       R"("v" : [ { "$numberInt" : "-1" }, { "$numberDecimal" : "9.5" }, { "$numberInt" : "10" } ])"
       R"(, "_crossfade" : { "t" : { "v" : "NS" } })"},
      {R"("v":{"BS":["/w==","AA=="]})",
       R"("v" : [ { "$binary" : { "base64" : "AA==", "subType" : "00" } }, )"
       R"({ "$binary" : { "base64" : "/w==", "subType" : "00" } } ])"
       R"(, "_crossfade" : { "t" : { "v" : "BS" } })"},
      {R"("v":{"N":"12345678901234567890123456789012345"})",
       R"("v" : "12345678901234567890123456789012345", "_crossfade" : { "t" : { "v" : "N" } })"},
      {R"("v":{"M":{"a.b":{"L":[{"S":"x"},{"SS":["y"]}]}}})",
       R"("v" : { "a%2Eb" : [ "x", [ "y" ] ] }, "_crossfade" : { "t" : { "v.a%2Eb[1]" : "SS" } })"},
      {R"("v":{"L":[{"SS":["x"]},{"SS":["y"]}]})",
       R"("v" : [ [ "x" ], [ "y" ] ], "_crossfade" : { "t" : { "v[]" : "SS" } })"},
  };
  for (const auto& [value, expected] : table)
    EXPECT_EQ(document_of(hash_only(), R"({"pk":{"S":"k"},)" + value + "}"),
              R"({ "_id" : "k", "pk" : "k", )" + expected + " }");
}

TEST(ToDocument, IdComesFromTheKey) {
  EXPECT_EQ(document_of(hash_and_sort(),
                        R"({"b":{"S":"x"},"sk":{"N":"1.0"},"a":{"S":"y"},"pk":{"S":"k"}})"),
            R"({ "_id" : { "pk" : "k", "sk" : { "$numberInt" : "1" } }, "pk" : "k", )"
            R"("sk" : { "$numberInt" : "1" }, "a" : "y", "b" : "x" })");
  MappingOptions number = hash_only();
  number.key.hash = {"_id", KeyType::number};
  EXPECT_EQ(document_of(number, R"({"_id":{"N":"1.50"}})"),
            R"({ "_id" : { "$numberDecimal" : "1.5" }, "%5Fid" : { "$numberDecimal" : "1.5" } })");
  MappingOptions binary = hash_only();
  binary.key = {{"p.k", KeyType::binary}, KeyAttribute{"_id", KeyType::text}};
  EXPECT_EQ(
      document_of(binary, R"({"p.k":{"B":"AA=="},"_id":{"S":"s"}})"),
      R"({ "_id" : { "p%2Ek" : { "$binary" : { "base64" : "AA==", "subType" : "00" } }, "_id" : "s" }, )"
      R"("p%2Ek" : { "$binary" : { "base64" : "AA==", "subType" : "00" } }, "%5Fid" : "s" })");
}

TEST(ToDocument, LongNumberKeysAreTheirText) {
  MappingOptions options = hash_only();
  options.key.hash.type = KeyType::number;
  const Mapper mapper(options);
  const auto document =
      mapper.to_document(R"({"pk":{"N":"12345678901234567890123456789012345678"}})");
  ASSERT_TRUE(document);
  EXPECT_EQ(testing::shown(document->bson),
            R"({ "_id" : "12345678901234567890123456789012345678", )"
            R"("pk" : "12345678901234567890123456789012345678" })");
  EXPECT_EQ(mapper.to_item(document->bson)->json,
            R"({"pk":{"N":"12345678901234567890123456789012345678"}})");
  EXPECT_EQ(*mapper.key_json(document->key),
            R"({"pk":{"N":"12345678901234567890123456789012345678"}})");
}

TEST(ToDocument, OptionsChangeTheForm) {
  MappingOptions options = hash_only();
  options.fractions_as_double = true;
  options.raw_names = true;
  options.types = {{"tags", "SS"}, {"lines[].codes", "NS"}};
  EXPECT_EQ(document_of(options,
                        R"({"pk":{"S":"k"},"a.b":{"N":"0.1"},"c":{"N":"0.1000000000000000055511"},)"
                        R"("lines":{"L":[{"M":{"codes":{"NS":["1"]}}}]},"tags":{"SS":["x"]}})"),
            R"({ "_id" : "k", "pk" : "k", "a.b" : { "$numberDouble" : "0.10000000000000000555" }, )"
            R"("c" : { "$numberDecimal" : "0.1000000000000000055511" }, )"
            R"("lines" : [ { "codes" : [ { "$numberInt" : "1" } ] } ], "tags" : [ "x" ] })");
  EXPECT_EQ(
      document_of(options, R"({"pk":{"S":"k"},"tags":{"L":[{"S":"x"}]}})"),
      R"({ "_id" : "k", "pk" : "k", "tags" : [ "x" ], "_crossfade" : { "t" : { "tags" : "L" } } })");
}

TEST(ToDocument, SaysWhyAnItemHasNoForm) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"x":{"N":"5"}})", R"(The item has no key attribute "pk".)"},
      {R"({"pk":{"S":""}})", R"(The key attribute "pk" is empty.)"},
      {R"({"pk":{"N":"5"}})", R"(The key attribute "pk" has a wrong type.)"},
      {R"({"pk":{"BOOL":true}})", R"(The key attribute "pk" has a wrong type.)"},
      {R"({"pk":{"S":"\ud800"}})", R"(The key attribute "pk" is not Unicode.)"},
      {R"({"pk":{"S":"k"},"m":{"M":{"l":{"L":[{"S":"\udc00x"}]}}}})",
       R"(The value at "m.l[0]" is not Unicode: it holds half of a surrogate pair or a wrong escape.)"},
      {R"({"pk":{"S":"k"},"v":{"S":"x","N":"1"}})", R"(The value at "v" has two types.)"},
      {R"({"pk":{"S":"k"},"v":{"X":"x"}})", R"(The value at "v" is not DynamoDB JSON.)"},
      {R"({"pk":{"S":"k"},"v":"x"})", R"(The value at "v" is not DynamoDB JSON.)"},
      {R"({"pk":{"S":"k"},"v":{"N":5}})", R"(The value at "v" is not DynamoDB JSON.)"},
      {R"({"pk":{"S":"k"},"v":{"NULL":false}})", R"(The value at "v" is NULL without being true.)"},
      {R"({"pk":{"S":"k"},"v":{"N":"1e126"}})",
       R"(The value at "v" is no number that DynamoDB holds: 1e126.)"},
      {R"({"pk":{"S":"k"},"v":{"B":"A"}})", R"(The value at "v" is not base64.)"},
      {R"({"pk":{"S":"k"},"v":{"BS":["AA==","A"]}})", R"(The value at "v" is not base64.)"},
      {R"({"pk":{"S":"k"},"v":{"SS":[]}})", R"(The value at "v" is an empty set.)"},
      {R"({"pk":{"S":"k"},"v":{"NS":["1","1.0"]}})",
       R"(The value at "v" is a set with equal members.)"},
      {R"({"pk":{"S":"k"},"":{"S":"x"}})", R"(The value at "" has an empty name.)"},
      {R"({"pk":{"S":"k"},"v":{"S":"x"},"v":{"S":"y"}})",
       "The item has two attributes of one name."},
      {R"({"pk":{"S":"k"},"v":{"M":{"a":{"S":"x"},"a":{"S":"y"}}}})",
       R"(The value at "v" has two members of one name.)"},
      {R"({"pk":{"S":"k"},"\ud800":{"S":"x"}})", "The item has a name that is not Unicode."},
      {R"({"pk":{"S":"k"},"synced":{"S":"x"}})",
       R"(The attribute "synced" has the name of the link's forward_synced_field.)"},
  };
  MappingOptions options = hash_only();
  options.synced_field = "synced";
  for (const auto& [item, reason] : table) EXPECT_EQ(document_of(options, item), reason) << item;
  for (const std::string text : {"", "[]", "5", "{", R"({"pk":{"S":"k"})", R"({"pk":{"S":"k"}} x)",
                                 R"({"pk":{"S":"k"}}})", R"({"pk" {"S":"k"}})"}) {
    const auto document = Mapper(options).to_document(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().fault, Fault::rejected) << text;
  }
}

TEST(ToDocument, ReservedAttributeOfAnotherShapeIsNotOurs) {
  const std::string reason =
      "The attribute \"_crossfade\" is in use for something else; give the link another name for "
      "its "
      "reserved attribute.";
  for (
      const std::string value :
      {R"({"S":"mine"})", R"({"L":[]})", R"({"M":{"x":{"S":"y"}}})", R"({"M":{"t":{"S":"y"}}})",
       R"({"M":{"t":{"M":{"a":{"N":"1"}}}}})", R"({"M":{"n":{"M":{}}}})", R"({"M":{"w":{"M":{}}}})",
       R"({"M":{"w":{"M":{"l":{"S":"L"},"e":{"N":"1.5"},"p":{"N":"2"},"h":{"S":"00000000000000ff"},"at":{"N":"9"}}}}})",
       R"({"M":{"w":{"M":{"l":{"S":"L"},"e":{"N":"1"},"p":{"N":"2"},"h":{"S":"xyz"},"at":{"N":"9"}}}}})"})
    EXPECT_EQ(document_of(hash_only(), R"({"pk":{"S":"k"},"_crossfade":)" + value + "}"), reason)
        << value;
}

TEST(ToDocument, DepthEndsAt32Levels) {
  const auto nested = [](int levels, std::string leaf) {
    for (int i = 0; i < levels; ++i) leaf = R"({"L":[)" + leaf + "]}";
    return R"({"pk":{"S":"k"},"v":)" + leaf + "}";
  };
  const Mapper mapper(hash_only());
  EXPECT_TRUE(mapper.to_document(nested(31, R"({"S":"x"})")));
  EXPECT_TRUE(mapper.to_document(nested(31, R"({"SS":["x"]})")));
  EXPECT_FALSE(mapper.to_document(nested(31, R"({"L":[]})")));
  EXPECT_FALSE(mapper.to_document(nested(31, R"({"M":{}})")));
  EXPECT_FALSE(mapper.to_document(nested(32, R"({"S":"x"})")));
}

}  // namespace
}  // namespace crossfade::codec
