#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

using testing::bson_of;
using testing::hash_and_sort;
using testing::hash_only;
using testing::item_of;
using testing::there_and_back;

struct Row {
  std::string field;  ///< Extended JSON
  std::string value;  ///< DynamoDB JSON
  std::string hint;   ///< empty: none is needed
};

void expect_rows(const MappingOptions& options, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string document = R"({"_id":"k","pk":"k","v":)" + row.field + "}";
    std::string expected = R"({"pk":{"S":"k"},"v":)" + row.value;
    if (!row.hint.empty())
      expected += R"(,"_crossfade":{"M":{"t":{"M":{"v":{"S":")" + row.hint + R"("}}}}})";
    EXPECT_EQ(item_of(options, document), expected + "}");
    EXPECT_EQ(there_and_back(options, document), testing::shown(bson_of(document)));
  }
}

TEST(ToItem, EveryTypeHasItsForm) {
  expect_rows(
      hash_only(),
      {
          {R"("x\u0000\n\"é")", R"({"S":"x\u0000\n\"é"})", ""},
          {R"({"$numberInt":"5"})", R"({"N":"5"})", ""},
          {R"({"$numberLong":"5"})", R"({"N":"5"})", "long"},
          {R"({"$numberLong":"5000000000"})", R"({"N":"5000000000"})", ""},
          {R"({"$numberDouble":"1.0"})", R"({"N":"1"})", "double"},
          {R"({"$numberDouble":"0.1"})", R"({"N":"0.1"})", "double"},
          {R"({"$numberDouble":"-0.0"})", R"({"N":"0"})", "double:-0"},
          {R"({"$numberDouble":"NaN"})", R"({"S":"NaN"})", "double"},
          {R"({"$numberDouble":"-Infinity"})", R"({"S":"-Infinity"})", "double"},
          {R"({"$numberDouble":"1e-200"})", R"({"S":"1e-200"})", "double"},
          {R"({"$numberDecimal":"1.5"})", R"({"N":"1.5"})", ""},
          {R"({"$numberDecimal":"1.50"})", R"({"N":"1.5"})", "decimal:1.50"},
          {R"({"$numberDecimal":"5"})", R"({"N":"5"})", "decimal"},
          {R"({"$numberDecimal":"-0"})", R"({"N":"0"})", "decimal:-0"},
          {R"({"$numberDecimal":"1E+300"})", R"({"S":"1E+300"})", "decimal"},
          {R"({"$numberDecimal":"NaN"})", R"({"S":"NaN"})", "decimal"},
          {R"({"$oid":"0123456789abcdef01234567"})", R"({"S":"0123456789abcdef01234567"})",
           "objectId"},
          {R"({"$date":"2026-01-02T03:04:05.678Z"})", R"({"S":"2026-01-02T03:04:05.678Z"})",
           "date"},
          {R"({"$date":{"$numberLong":"-1"}})", R"({"S":"1969-12-31T23:59:59.999Z"})", "date"},
          {R"({"$date":{"$numberLong":"253402300800000"}})", R"({"S":"253402300800000"})", "date"},
          {R"({"$timestamp":{"t":7,"i":8}})", R"({"S":"7:8"})", "timestamp"},
          {R"({"$regularExpression":{"pattern":"a/b","options":"im"}})", R"({"S":"/a/b/im"})",
           "regex"},
          {R"({"$binary":{"base64":"AQ==","subType":"00"}})", R"({"B":"AQ=="})", ""},
          {R"({"$binary":{"base64":"AQ==","subType":"80"}})", R"({"B":"AQ=="})", "binData:128"},
          {R"({"$binary":{"base64":"AQ==","subType":"02"}})", R"({"B":"AQ=="})", "binData:2"},
          {R"({"$code":"f(x);"})", R"({"S":"f(x);"})", "javascript"},
          {R"({"$symbol":"s"})", R"({"S":"s"})", "symbol"},
          {R"({"$minKey":1})", R"({"S":"MinKey"})", "minKey"},
          {R"({"$maxKey":1})", R"({"S":"MaxKey"})", "maxKey"},
          {R"({"$undefined":true})", R"({"S":"undefined"})", "undefined"},
          {"true", R"({"BOOL":true})", ""},
          {"null", R"({"NULL":true})", ""},
          {"[]", R"({"L":[]})", ""},
          {R"([null,[{"a":{}}]])", R"({"L":[{"NULL":true},{"L":[{"M":{"a":{"M":{}}}}]}]})", ""},
      });
}

TEST(ToItem, DatesAsNumbersWhereTheLinkAsksForIt) {
  MappingOptions options = hash_only();
  options.dates = MappingOptions::Dates::epoch_ms;
  expect_rows(options, {{R"({"$date":{"$numberLong":"1500"}})", R"({"N":"1500"})", "date:ms"}});
  options.dates = MappingOptions::Dates::epoch_s;
  expect_rows(options, {{R"({"$date":{"$numberLong":"1500"}})", R"({"N":"1.5"})", "date:s"},
                        {R"({"$date":{"$numberLong":"-2000"}})", R"({"N":"-2"})", "date:s"}});
}

TEST(ToItem, FractionsAsDoubleNeedNoHint) {
  MappingOptions options = hash_only();
  options.fractions_as_double = true;
  expect_rows(options, {{R"({"$numberDouble":"0.1"})", R"({"N":"0.1"})", ""},
                        {R"({"$numberDecimal":"0.1"})", R"({"N":"0.1"})", "decimal"},
                        {R"({"$numberDouble":"2.0"})", R"({"N":"2"})", "double"}});
}

TEST(ToItem, OneHintServesAnArrayOfOneKind) {
  EXPECT_EQ(
      item_of(
          hash_only(),
          R"({"_id":"k","pk":"k","v":[1.5,2.5],"w":[{"p":1.5,"q":[2.5]},{"q":[3.5],"p":1.0}]})"),
      R"({"pk":{"S":"k"},"v":{"L":[{"N":"1.5"},{"N":"2.5"}]},)"
      R"("w":{"L":[{"M":{"p":{"N":"1.5"},"q":{"L":[{"N":"2.5"}]}}},{"M":{"q":{"L":[{"N":"3.5"}]},"p":{"N":"1"}}}]},)"
      R"("_crossfade":{"M":{"t":{"M":{"v[]":{"S":"double"},"w[].p":{"S":"double"},"w[].q[0]":{"S":"double"}}}}}})");
}

TEST(ToItem, NamesThatNoAttributeHasStandAsTheyAre) {
  EXPECT_EQ(
      item_of(hash_only(),
              R"({"_id":"k","pk":"k","a.b":1,"c%2Ed":2,"%5Fid":3,"s":{"a%24b":{"_id":4}}})"),
      R"({"pk":{"S":"k"},"a.b":{"N":"1"},"c.d":{"N":"2"},"_id":{"N":"3"},"s":{"M":{"a%24b":{"M":{"_id":{"N":"4"}}}}},)"
      R"("_crossfade":{"M":{"n":{"L":[{"S":"a%2Eb"},{"S":"s.a%2524b"}]}}}})");
  EXPECT_EQ(
      there_and_back(hash_only(),
                     R"({"_id":"k","pk":"k","%5Fid":3,"a.b":1,"c%2Ed":2,"s":{"a%24b":{"_id":4}}})"),
      testing::shown(
          bson_of(R"({"_id":"k","pk":"k","%5Fid":3,"a.b":1,"c%2Ed":2,"s":{"a%24b":{"_id":4}}})")));
}

TEST(ToItem, TwoNamesNeverBecomeOne) {
  const std::string both = R"({"_id":"k","pk":"k","s":{"a%2Eb":1,"a.b":2}})";
  EXPECT_EQ(item_of(hash_only(), both),
            R"({"pk":{"S":"k"},"s":{"M":{"a%2Eb":{"N":"1"},"a.b":{"N":"2"}}},)"
            R"("_crossfade":{"M":{"n":{"L":[{"S":"s.a%252Eb"},{"S":"s.a%2Eb"}]}}}})");
  EXPECT_EQ(there_and_back(hash_only(), both), testing::shown(bson_of(both)));
}

TEST(ToItem, ReferencesKeepTheirOrder) {
  const std::string document =
      R"({"_id":"k","pk":"k","r":{"$ref":"users","$id":7,"$db":"shop","at":1}})";
  EXPECT_EQ(there_and_back(hash_only(), document), testing::shown(bson_of(document)));
}

TEST(ToItem, AnIdOfItsOwnTravelsAlong) {
  for (const std::string id :
       {R"({"$oid":"0123456789abcdef01234567"})", R"("another")",
        R"({"b":1.5,"a":{"$numberLong":"2"}})", R"({"$binary":{"base64":"AQ==","subType":"04"}})",
        R"({"$date":{"$numberLong":"5"}})", "1.5"}) {
    const std::string document = R"({"_id":)" + id + R"(,"pk":"k","v":1})";
    const Mapper mapper(hash_only());
    const auto item = mapper.to_item(bson_of(document));
    ASSERT_TRUE(item);
    const auto again = mapper.to_document(item->json);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->bson, bson_of(document)) << item->json;
    EXPECT_TRUE(again->own_id);
    EXPECT_EQ(testing::shown(item->key.bson), R"({ "_id" : "k" })");
  }
  EXPECT_EQ(item_of(hash_only(), R"({"_id":{"$oid":"0123456789abcdef01234567"},"pk":"k"})"),
            R"({"pk":{"S":"k"},"_crossfade":{"M":{"i":{"S":"0123456789abcdef01234567"},)"
            R"("t":{"M":{"_crossfade.i":{"S":"objectId"}}}}}})");
}

TEST(ToItem, AnIdOfAnotherNumericTypeIsTheSameId) {
  MappingOptions options = hash_only();
  options.key.hash.type = KeyType::number;
  const Mapper mapper(options);
  const auto document = mapper.to_document(mapper.to_item(bson_of(R"({"_id":5.0,"pk":5})"))->json);
  EXPECT_EQ(document->bson, bson_of(R"({"_id":5.0,"pk":5})"));
  EXPECT_FALSE(document->own_id);
}

TEST(ToItem, KeysOnlyInTheIdStayThere) {
  EXPECT_EQ(item_of(hash_and_sort(), R"({"_id":{"pk":"k","sk":2},"v":1})"),
            R"({"v":{"N":"1"},"pk":{"S":"k"},"sk":{"N":"2"},)"
            R"("_crossfade":{"M":{"t":{"M":{"pk":{"S":"absent"},"sk":{"S":"absent"}}}}}})");
  EXPECT_EQ(there_and_back(hash_and_sort(), R"({"_id":{"pk":"k","sk":2},"v":1})"),
            testing::shown(bson_of(R"({"_id":{"pk":"k","sk":2},"v":1})")));
}

TEST(ToItem, SetsByHintOrDeclaration) {
  const std::string hinted = R"({"_id":"k","pk":"k","v":["b","a"],"_crossfade":{"t":{"v":"SS"}}})";
  EXPECT_EQ(item_of(hash_only(), hinted), R"({"pk":{"S":"k"},"v":{"SS":["a","b"]}})");
  MappingOptions declared = hash_only();
  declared.types = {{"v", "SS"}, {"l[].n", "NS"}};
  EXPECT_EQ(item_of(declared, R"({"_id":"k","pk":"k","v":["b","a"],"l":[{"n":[10,9]}]})"),
            R"({"pk":{"S":"k"},"v":{"SS":["a","b"]},"l":{"L":[{"M":{"n":{"NS":["9","10"]}}}]}})");
  for (const std::string no_set : {R"(["a","a"])", R"(["a",1])", "[]", "[1]", "[null]"}) {
    const auto item =
        Mapper(declared).to_item(bson_of(R"({"_id":"k","pk":"k","v":)" + no_set + "}"));
    ASSERT_TRUE(item);
    EXPECT_NE(item->json.find(R"("v":{"L")"), std::string::npos) << item->json;
  }
  const std::string list = R"({"_id":"k","pk":"k","v":["b","a"],"_crossfade":{"t":{"v":"L"}}})";
  EXPECT_EQ(item_of(declared, list), R"({"pk":{"S":"k"},"v":{"L":[{"S":"b"},{"S":"a"}]}})");
}

TEST(ToItem, HintsThatNoLongerFitAreIgnored) {
  const auto back = [](const std::string& value, const std::string& hint) {
    return testing::document_of(hash_only(), R"({"pk":{"S":"k"},"v":)" + value +
                                                 R"(,"_crossfade":{"M":{"t":{"M":{"v":{"S":")" +
                                                 hint + R"("}}}}}})");
  };
  const auto expected = [](const std::string& value) {
    return R"({ "_id" : "k", "pk" : "k", "v" : )" + value + " }";
  };
  EXPECT_EQ(back(R"({"N":"5"})", "date"), expected(R"({ "$numberInt" : "5" })"));
  EXPECT_EQ(back(R"({"S":"soon"})", "date"), expected(R"("soon")"));
  EXPECT_EQ(back(R"({"S":"2026-02-30T00:00:00.000Z"})", "date"),
            expected(R"("2026-02-30T00:00:00.000Z")"));
  EXPECT_EQ(back(R"({"S":"0123456789ABCDEF01234567"})", "objectId"),
            expected(R"("0123456789ABCDEF01234567")"));
  EXPECT_EQ(back(R"({"S":"5"})", "double"), expected(R"("5")"));
  EXPECT_EQ(back(R"({"N":"7"})", "decimal:1.50"), expected(R"({ "$numberInt" : "7" })"));
  EXPECT_EQ(back(R"({"N":"0.12345678901234567890"})", "double"),
            expected(R"({ "$numberDecimal" : "0.1234567890123456789" })"));
  EXPECT_EQ(back(R"({"S":"1:99999999999"})", "timestamp"), expected(R"("1:99999999999")"));
  EXPECT_EQ(back(R"({"S":"a/b"})", "regex"), expected(R"("a/b")"));
  EXPECT_EQ(back(R"({"B":"AAAA"})", "dbPointer"),
            expected(R"({ "$binary" : { "base64" : "AAAA", "subType" : "00" } })"));
  EXPECT_EQ(back(R"({"B":"AAAA"})", "binData:x"),
            expected(R"({ "$binary" : { "base64" : "AAAA", "subType" : "00" } })"));
  EXPECT_EQ(back(R"({"S":"x"})", "no such type"), expected(R"("x")"));
  EXPECT_EQ(item_of(hash_only(), R"({"_id":"k","pk":"k","v":"12","_crossfade":{"t":{"v":"N"}}})"),
            R"({"pk":{"S":"k"},"v":{"S":"12"}})");
}

TEST(ToItem, AKeyStaysAKeyWhateverIsHinted) {
  for (const std::string hint : {"date", "symbol", "object"})
    EXPECT_EQ(
        testing::document_of(
            hash_only(),
            R"({"pk":{"S":"2026-01-02T03:04:05.678Z"},"_crossfade":{"M":{"t":{"M":{"pk":{"S":")" +
                hint + R"("}}}}}})"),
        R"({ "_id" : "2026-01-02T03:04:05.678Z", "pk" : "2026-01-02T03:04:05.678Z" })");
}

TEST(ToItem, TheSyncedFieldStaysBehind) {
  MappingOptions options = hash_only();
  options.synced_field = "synced";
  EXPECT_EQ(item_of(options, R"({"_id":"k","pk":"k","synced":{"at":1},"s":{"synced":1}})"),
            R"({"pk":{"S":"k"},"s":{"M":{"synced":{"N":"1"}}}})");
}

TEST(ToItem, SaysWhyADocumentHasNoForm) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"_id":{"$oid":"0123456789abcdef01234567"},"sk":1})",
       R"(The key attribute "pk" is missing.)"},
      {R"({"_id":1,"pk":"","sk":1})", R"(The key attribute "pk" is empty.)"},
      {R"({"_id":1,"pk":5,"sk":1})", R"(The key attribute "pk" must be a string.)"},
      {R"({"_id":1,"pk":{"$oid":"0123456789abcdef01234567"},"sk":1})",
       R"(The key attribute "pk" must be a string.)"},
      {R"({"_id":1,"pk":"k","sk":"5"})", R"(The key attribute "sk" must be a number.)"},
      {R"({"_id":1,"pk":"k","sk":{"$numberDouble":"NaN"}})",
       R"(The key attribute "sk" must be a number.)"},
      {R"({"_id":{"pk":"k","sk":1},"pk":"other"})", R"(The key attribute "sk" is missing.)"},
      {R"({"_id":1,"pk":"k","sk":1,"a":{"":1}})",
       R"(The value at "a" has a field with an empty name.)"},
      {R"({"_id":1,"pk":"k","sk":1,"":1})", "The document has a field with an empty name."},
      {R"({"_id":1,"pk":"k","sk":1,"_crossfade":5})",
       "The field \"_crossfade\" is in use for something else; give the link another name for its "
       "reserved field."},
      {R"({"_id":1,"pk":"k","sk":1,"_crossfade":{"t":{"a":5}}})",
       "The field \"_crossfade\" is in use for something else; give the link another name for its "
       "reserved field."},
  };
  for (const auto& [document, reason] : table)
    EXPECT_EQ(item_of(hash_and_sort(), document), reason) << document;
}

TEST(ToItem, RefusesBytesThatAreNoDocumentOrNoText) {
  const Mapper mapper(hash_only());
  for (const std::string_view bytes :
       {std::string_view(""), std::string_view("garbage!"), std::string_view("\x05\0\0\0\1", 5),
        std::string_view("\x0d\0\0\0\2pk\0\xff\0\0\0\0", 13)})
    EXPECT_EQ(mapper.to_item(bytes).error().fault, Fault::rejected);
  const auto with = [](std::string_view text, std::string_view name) {
    return std::move(DocumentBuilder().text("pk", "k").text(name, text)).finish();
  };
  EXPECT_EQ(mapper.to_item(with("\xff", "v")).error().message,
            R"(The value at "v" is not valid UTF-8.)");
  EXPECT_EQ(mapper.to_item(with("\xed\xa0\xbd", "v")).error().message,
            R"(The value at "v" is not valid UTF-8.)");
  EXPECT_EQ(mapper.to_item(with("x", "\xff")).error().message,
            "The document has a field whose name is not valid UTF-8.");
}

TEST(ToItem, SizeEndsAt400KiB) {
  const Mapper mapper(hash_only());
  const auto sized = [](std::size_t bytes) {
    return std::move(DocumentBuilder().text("pk", "k").text("v", std::string(bytes - 4, 'x')))
        .finish();
  };
  const auto largest = mapper.to_item(sized(409'600));
  ASSERT_TRUE(largest);
  EXPECT_EQ(largest->size, 409'600U);
  EXPECT_EQ(mapper.to_item(sized(409'601)).error().message,
            "The item would have 409601 bytes, more than the 409600 that DynamoDB takes.");
  const WriteToken token{"orders", 1, 2, 3, 4, false};
  EXPECT_FALSE(mapper.to_item(sized(409'600), &token));
  EXPECT_EQ(mapper.to_item(sized(1000), &token)->size, 1000U);
}

TEST(ToItem, CountsBytesAsDynamoDbDoes) {
  EXPECT_EQ(Mapper(hash_only())
                .to_item(bson_of(
                    R"({"_id":"k","pk":"k","é":[1,-123,null],"m":{"a":{},"b":"xy"},"e":[]})"))
                ->size,
            std::size_t{3 + 2 + (3 + 3 + 2 + 4 + 1) + 1 + (3 + 2 + 1 + 3 + 1 + 2) + 1 + 3});
}

TEST(ToItem, KeysEndAtTheirLimits) {
  const Mapper mapper([] {
    MappingOptions options = hash_only();
    options.key.sort = KeyAttribute{"sk", std::nullopt};
    return options;
  }());
  const auto keyed = [&](std::size_t hash, std::size_t sort) {
    return mapper.to_item(
        std::move(
            DocumentBuilder().text("pk", std::string(hash, 'x')).text("sk", std::string(sort, 'y')))
            .finish());
  };
  EXPECT_TRUE(keyed(2048, 1024));
  EXPECT_EQ(keyed(2049, 1).error().message,
            R"(The key attribute "pk" has 2049 bytes, more than 2048.)");
  EXPECT_EQ(keyed(1, 1025).error().message,
            R"(The key attribute "sk" has 1025 bytes, more than 1024.)");
}

TEST(ToItem, DepthEndsAt32Levels) {
  const auto nested = [](int levels, std::string leaf) {
    for (int i = 0; i < levels; ++i) leaf = R"({"a":)" + leaf + "}";
    return bson_of(R"({"_id":"k","pk":"k","v":)" + leaf + "}");
  };
  const Mapper mapper(hash_only());
  EXPECT_TRUE(mapper.to_item(nested(31, "1")));
  EXPECT_FALSE(mapper.to_item(nested(31, "[]")));
  EXPECT_FALSE(mapper.to_item(nested(32, "1")));
}

}  // namespace
}  // namespace crossfade::codec
