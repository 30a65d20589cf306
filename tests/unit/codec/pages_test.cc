#include <gtest/gtest.h>

#include <vector>

#include "common/codec/body.h"
#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

using testing::hash_only;
using testing::shown;

const WriteToken kToken{"orders", 2, 42, 0xff, 1'767'322'800'000, false};

TEST(ScanPage, HoldsDocumentsAndWhatWasRefused) {
  std::string body = R"({"Count":4,"Items":[{"pk":{"S":"a"},"v":{"N":"1"}},
    {"v":{"S":"half \ud800"} , "pk":{"S":"b"}} ,{"x":{"S":"no key"}},
    {"pk":{"S":"c"}}],"LastEvaluatedKey":{"pk":{"S":"c"},"n":{"N":"1.00"}} ,
    "ConsumedCapacity":{"TableName":"t","CapacityUnits":12.5},"ScannedCount":4})";
  const auto page = Mapper(hash_only()).read_scan_page(body);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->documents.size(), 2U);
  EXPECT_EQ(shown(page->documents[0].bson),
            R"({ "_id" : "a", "pk" : "a", "v" : { "$numberInt" : "1" } })");
  EXPECT_EQ(shown(page->documents[1].key.bson), R"({ "_id" : "c" })");
  ASSERT_EQ(page->rejected.size(), 2U);
  EXPECT_EQ(page->rejected[0].text, R"({"v":{"S":"half \ud800"} , "pk":{"S":"b"}})");
  EXPECT_EQ(page->rejected[0].key, R"({"pk":{"S":"b"}})");
  EXPECT_EQ(
      page->rejected[0].reason,
      R"(The value at "v" is not Unicode: it holds half of a surrogate pair or a wrong escape.)");
  EXPECT_EQ(page->rejected[1].key, "");
  EXPECT_EQ(page->rejected[1].reason, R"(The item has no key attribute "pk".)");
  EXPECT_EQ(page->last_key, R"({"pk":{"S":"c"},"n":{"N":"1.00"}})");
  EXPECT_EQ(page->consumed_units, 12.5);
}

TEST(ScanPage, MayBeEmpty) {
  std::string body = R"({"Items":[],"Count":0})";
  const auto page = Mapper(hash_only()).read_scan_page(body);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->documents.empty());
  EXPECT_EQ(page->last_key, "");
}

TEST(ScanPage, ItemsThatAreNoItemsAreShownAsTheyCame) {
  std::string body = R"({"Items":[{} ,{"pk":5},{"pk":{}},{"pk":{"S":"a"}}]})";
  const auto page = Mapper(hash_only()).read_scan_page(body);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->documents.size(), 1U);
  ASSERT_EQ(page->rejected.size(), 3U);
  EXPECT_EQ(page->rejected[0].text, "{}");
  EXPECT_EQ(page->rejected[1].text, R"({"pk":5})");
  EXPECT_EQ(page->rejected[1].key, "");
  EXPECT_EQ(page->rejected[2].text, R"({"pk":{}})");
}

TEST(ScanPage, TornAnswersAreWorthAnotherCall) {
  const Mapper mapper(hash_only());
  for (std::string body : {"", "<html>", "[]", R"({"Items":[{"pk":{"S":"a"}},)", R"({"Items":5})",
                           R"({"Items":[5]})", R"({"Items":[{"pk":{"S":"a"}})",
                           R"({"Items":[{"pk":{"S":"a"} "v":{"S":"b"}}]})", R"({"Items":[],,})"}) {
    const auto page = mapper.read_scan_page(body);
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().next(), Next::retry);
  }
}

TEST(ScanPage, BytesThatAreNoUtf8RefuseOneItemOnly) {
  std::string body =
      "{\"Items\":[{\"pk\":{\"S\":\"a\"},\"v\":{\"S\":\"\xed\xa0\xbd\"}},"
      "{\"pk\":{\"S\":\"b\xc3\xa9\"}}]}";
  const auto page = Mapper(hash_only()).read_scan_page(body);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->documents.size(), 1U);
  EXPECT_EQ(shown(page->documents[0].bson), R"({ "_id" : "bé", "pk" : "bé" })");
  ASSERT_EQ(page->rejected.size(), 1U);
  EXPECT_EQ(page->rejected[0].text, R"({"pk":{"S":"a"},"v":{"S":"\udced\udca0\udcbd"}})");
}

TEST(Body, InvalidBytesAreMarked) {
  EXPECT_EQ(mend_utf8("aé漢😀"), "aé漢😀");
  EXPECT_EQ(mend_utf8("\xff\xc3"), R"(\udcff\udcc3)");
  EXPECT_EQ(mend_utf8("\xf0\x9f\x98"), R"(\udcf0\udc9f\udc98)");
  EXPECT_EQ(mend_utf8("x\x80y"), R"(x\udc80y)");
}

TEST(ReadItem, FindsTheItemOrNone) {
  const Mapper mapper(hash_only());
  std::string body = R"({"ConsumedCapacity":{},"Item":{"pk":{"S":"a"},"_crossfade":{"M":{"w":)" +
                     token_json(kToken) + "}}}}";
  const auto found = mapper.read_item(body);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->token, kToken);
  EXPECT_EQ(shown((*found)->bson), R"({ "_id" : "a", "pk" : "a" })");
  body = "{}";
  EXPECT_EQ(mapper.read_item(body)->has_value(), false);
  body =
      R"({"__type":"x#ConditionalCheckFailedException","Message":"m","Item":{"pk":{"S":"\ud800"}}})";
  EXPECT_EQ(mapper.read_item(body).error().fault, Fault::rejected);
  body = "nothing";
  EXPECT_EQ(mapper.read_item(body).error().fault, Fault::transient);
}

std::string record(const std::string& name, const std::string& change,
                   const std::string& more = "") {
  return R"({"eventID":"e1","eventName":")" + name +
         R"(","eventSource":"aws:dynamodb","dynamodb":{"ApproximateCreationDateTime":1795252560.000,)"
         R"("SequenceNumber":"000000000000000000007","SizeBytes":9,)" +
         change + "}" + more + "}";
}

StreamRecord only(const std::string& text) {
  std::string body = R"({"Records":[)" + text + R"(],"NextShardIterator":"next"})";
  auto page = Mapper(hash_only()).read_records_page(body);
  EXPECT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->next_iterator, "next");
  EXPECT_EQ(page->records.size(), 1U);
  return page->records.empty() ? StreamRecord() : std::move(page->records[0]);
}

TEST(RecordsPage, ReadsImagesAndPositions) {
  const StreamRecord insert =
      only(record("INSERT", R"("NewImage":{"v":{},"pk":{"S":"a"}},"Keys":{"pk":{"S":"a"}})"));
  EXPECT_EQ(insert.event_id, "e1");
  EXPECT_EQ(insert.sequence_number, "000000000000000000007");
  EXPECT_EQ(insert.created_ms, 1'795'252'560'000);
  EXPECT_EQ(shown(insert.key.bson), R"({ "_id" : "a" })");
  ASSERT_TRUE(insert.new_image);
  EXPECT_EQ(shown(*insert.new_image), R"({ "_id" : "a", "pk" : "a", "v" : {  } })");
  EXPECT_FALSE(insert.had_old_image);
  EXPECT_FALSE(insert.time_to_live);
  EXPECT_FALSE(insert.rejected);
}

TEST(RecordsPage, ReadsTokensOfBothImages) {
  WriteToken older = kToken;
  older.position = 41;
  older.remove = true;
  const auto image = [](const WriteToken& token) {
    return R"({"pk":{"S":"a"},"_crossfade":{"M":{"w":)" + token_json(token) + "}}}";
  };
  const StreamRecord modify =
      only(record("MODIFY", R"("Keys":{"pk":{"S":"a"}},"NewImage":)" + image(kToken) +
                                R"(,"OldImage":)" + image(older)));
  EXPECT_EQ(modify.new_token, kToken);
  EXPECT_EQ(modify.old_token, older);
  EXPECT_TRUE(modify.had_old_image);
}

TEST(RecordsPage, TellsWhatWasBeforeWhereItIsAskedFor) {
  const std::string key = R"("Keys":{"pk":{"S":"a"}})";
  const std::string after = R"(,"NewImage":{"pk":{"S":"a"},"n":{"N":"2"}})";
  const std::string old = R"(,"OldImage":{"pk":{"S":"a"},"n":{"N":"1.0"}})";
  const std::string odd = R"(,"OldImage":{"pk":{"S":"a"},"n":{"S":"\ud800"}})";
  const auto before = [&](const std::string& name, const std::string& images) {
    std::string body = R"({"Records":[)" + record(name, key + images) + "]}";
    return Mapper(hash_only()).read_records_page(body, true).value().records.at(0).before;
  };
  const auto known = before("MODIFY", after + old);
  ASSERT_TRUE(known && known->image);
  EXPECT_EQ(shown(*known->image), R"({ "_id" : "a", "pk" : "a", "n" : { "$numberInt" : "1" } })");
  EXPECT_EQ(before("REMOVE", old), known);
  EXPECT_EQ(before("INSERT", after), Former{});
  EXPECT_EQ(before("MODIFY", after + odd), std::nullopt);
  EXPECT_EQ(before("MODIFY", after), std::nullopt) << "the stream does not hold it";
  EXPECT_EQ(only(record("MODIFY", key + after + old)).before, std::nullopt);
}

TEST(RecordsPage, TokensAreReadWhereMappingFails) {
  const StreamRecord modify = only(
      record("MODIFY", R"("NewImage":{"v":{"S":"\ud800"},"pk":{"S":"a"},"_crossfade":{"M":{"w":)" +
                           token_json(kToken) + R"(}}},"Keys":{"pk":{"S":"a"}})"));
  EXPECT_FALSE(modify.new_image);
  EXPECT_EQ(modify.new_token, kToken);
  ASSERT_TRUE(modify.rejected);
  EXPECT_EQ(modify.rejected->key, R"({"pk":{"S":"a"}})");
  EXPECT_EQ(modify.rejected->text.substr(0, 22), R"({"v":{"S":"\ud800"},"p)");
  EXPECT_EQ(shown(modify.key.bson), R"({ "_id" : "a" })");
}

TEST(RecordsPage, DeletesOfTheServiceAreMarked) {
  const std::string gone = R"("Keys":{"pk":{"S":"a"}},"OldImage":{"pk":{"S":"a"}})";
  EXPECT_FALSE(only(record("REMOVE", gone)).time_to_live);
  EXPECT_TRUE(
      only(record("REMOVE", gone,
                  R"(,"userIdentity":{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"})"))
          .time_to_live);
  EXPECT_TRUE(
      only(record("REMOVE", gone,
                  R"(,"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"})"))
          .time_to_live);
  EXPECT_FALSE(only(record("REMOVE", gone, R"(,"userIdentity":{"type":"User","principalId":"x"})"))
                   .time_to_live);
  EXPECT_TRUE(only(record("TTL_REMOVE", gone)).time_to_live);
  EXPECT_FALSE(only(record("UPSERT", R"("Keys":{"pk":{"S":"a"}},"NewImage":{"pk":{"S":"a"}})"))
                   .time_to_live);
}

TEST(RecordsPage, RecordsWithoutAReadableKeyAreRefused) {
  EXPECT_TRUE(only(record("REMOVE", R"("Keys":{"pk":{"N":"5"}})")).rejected);
  EXPECT_TRUE(only(record("REMOVE", R"("OldImage":{})")).rejected);
}

TEST(RecordsPage, ForeignIdsAreTold) {
  const StreamRecord record_with_id = only(record(
      "INSERT",
      R"("Keys":{"pk":{"S":"a"}},"NewImage":{"pk":{"S":"a"},"_crossfade":{"M":{"i":{"N":"5"}}}})"));
  EXPECT_TRUE(record_with_id.own_id);
  EXPECT_EQ(shown(*record_with_id.new_image), R"({ "_id" : { "$numberInt" : "5" }, "pk" : "a" })");
}

TEST(RecordsPage, TheLastPageHasNoIterator) {
  const Mapper mapper(hash_only());
  for (std::string body : {R"({"Records":[]})", R"({"Records":[],"NextShardIterator":null})"}) {
    const auto page = mapper.read_records_page(body);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next_iterator, "");
  }
  std::string torn = R"({"Records":[{"dynamodb":{"Keys":{"pk")";
  EXPECT_EQ(mapper.read_records_page(torn).error().next(), Next::retry);
}

TEST(Token, HasOneLayout) {
  WriteToken token = kToken;
  token.remove = true;
  EXPECT_EQ(token_json(token),
            R"({"M":{"l":{"S":"orders"},"e":{"N":"2"},"p":{"N":"42"},"h":{"S":"00000000000000ff"},)"
            R"("at":{"N":"1767322800000"},"del":{"BOOL":true}}})");
  const Mapper mapper(hash_only());
  const auto item = mapper.to_item(testing::bson_of(R"({"_id":"k","pk":"k","d":1.5})"), &token);
  EXPECT_EQ(
      item->json,
      R"({"pk":{"S":"k"},"d":{"N":"1.5"},"_crossfade":{"M":{"t":{"M":{"d":{"S":"double"}}},"w":)" +
          token_json(token) + "}}}");
  EXPECT_EQ(mapper.to_document(item->json)->token, token);
}

}  // namespace
}  // namespace crossfade::codec
