#include "backward/item_writer.h"

#include <gmock/gmock.h>

#include <mutex>
#include <nlohmann/json.hpp>

#include "common/codec/document.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::backward {
namespace {

using codec::DocumentBuilder;
using fakes::Received;
using fakes::Reply;
using nlohmann::json;
using testing::ElementsAre;

constexpr Milliseconds kRequestLife{400};
constexpr std::int64_t kPosition = 42;

const std::string kOlder =
    "(attribute_not_exists(#x.#w) OR #x.#w.#l <> :l OR #x.#w.#h <> :h OR #x.#w.#e < :e OR "
    "(#x.#w.#e = :e AND #x.#w.#p < :p))";

Reply good() {
  return {.body = "{}"};
}

/// The condition did not hold; `item` is what stands there, in DynamoDB JSON.
Reply refused(const std::string& item = "") {
  const std::string current = item.empty() ? "" : R"(,"Item":)" + item;
  return {.status = 400,
          .body = R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",)"
                  R"("message":"The conditional request failed")" +
                  current + "}"};
}

Reply lost() {
  return {.act = Reply::Act::close};
}

struct Call {
  std::string operation;
  json body;
  std::int64_t at_ms = 0;
};

class ItemWriterTest : public dynamo::DynamoTest {
 protected:
  ItemWriterTest() : mapper(mapping()) {
    server.serve_whole([this](const Received& request) { return answer(request); });
    client = make_client(server.url());
    renew();
  }

  static codec::MappingOptions mapping() {
    codec::MappingOptions out;
    out.key.hash = {"pk", codec::KeyType::text};
    return out;
  }

  /// As a new process would begin.
  void renew() {
    ItemWriterOptions settings;
    settings.link_id = "0123";
    settings.table = "Orders";
    settings.hash_attribute = "pk";
    settings.epoch = 3;
    settings.request_life = kRequestLife;
    settings.may_write = [this] { return may_write ? may_write() : Result<void>(); };
    writer.emplace(settings, *client, mapper, clock);
  }

  Reply answer(const Received& request) {
    const std::lock_guard lock(mutex);
    const std::string target = request.header("x-amz-target");
    calls_.push_back(
        {target.substr(target.find('.') + 1), json::parse(request.body), clock.steady_ms()});
    if (replies_.empty()) return good();
    Reply next = replies_.front();
    replies_.erase(replies_.begin());
    return next;
  }
  /// The next answers; then everything is applied.
  void script(std::vector<Reply> replies) {
    const std::lock_guard lock(mutex);
    replies_ = std::move(replies);
    calls_.clear();
  }
  std::vector<Call> calls() {
    const std::lock_guard lock(mutex);
    return calls_;
  }
  std::vector<std::string> operations() {
    std::vector<std::string> out;
    for (const Call& call : calls()) out.push_back(call.operation);
    return out;
  }

  static Key key(const std::string& pk) { return {DocumentBuilder().text("_id", pk).finish()}; }
  static std::string document(const std::string& pk) {
    return DocumentBuilder().text("_id", pk).text("pk", pk).int32("n", 5).finish();
  }
  Result<void> put(const std::string& pk, std::int64_t position = kPosition) {
    return run(writer->put(key(pk), document(pk), position));
  }
  Result<void> remove(const std::string& pk, std::int64_t position = kPosition) {
    return run(writer->remove(key(pk), position, stop));
  }
  static std::string hash(const std::string& pk) {
    return fmt::format("{:016x}", hash_of(key(pk)));
  }

  // Outlive the server, whose threads use them.
  std::mutex mutex;
  std::vector<Reply> replies_;
  std::vector<Call> calls_;

  codec::Mapper mapper;
  fakes::HttpServer server;
  std::unique_ptr<dynamo::Client> client;
  std::optional<ItemWriter> writer;
  dynamo::MaySend may_write;
  Stop stop{io.get_executor()};
};

class ItemSwapTest : public ItemWriterTest {
 protected:
  Result<bool> swap(std::optional<std::string> value) {
    ItemSwap swap{key("a"),
                  R"({"Item":{"pk":{"S":"a"},"n":{"N":"4"},"o":{"S":"x"}}})",
                  std::move(value),
                  {"n"},
                  kPosition};
    return run(writer->swap(std::move(swap), stop));
  }
  /// An item that a write of ours has left.
  static std::string written(std::int64_t position) {
    const WriteToken token{"0123", 3, position, hash_of(key("a")), 1, false};
    return R"({"pk":{"S":"a"},"n":{"N":"5"},"_crossfade":{"M":{"w":)" + codec::token_json(token) +
           "}}}";
  }
};

TEST_F(ItemSwapTest, WritesTheAttributesUnderGuardWhereTheyAreAsTheyWereRead) {
  script({});
  EXPECT_EQ(swap(document("a")).value(), true);
  ASSERT_THAT(operations(), ElementsAre("UpdateItem"));
  const json body = calls()[0].body;
  EXPECT_EQ(body["Key"], json::parse(R"({"pk":{"S":"a"}})"));
  EXPECT_EQ(body["UpdateExpression"], "SET #x=:x,#a0=:n0");
  EXPECT_EQ(body["ConditionExpression"], kOlder + " AND attribute_exists(#k) AND #a0 = :o0");
  const json values = body["ExpressionAttributeValues"];
  EXPECT_EQ(values[":o0"]["N"], "4");
  EXPECT_EQ(values[":n0"]["N"], "5");
  EXPECT_EQ(values[":x"]["M"]["w"]["M"]["p"]["N"], "42");
  EXPECT_EQ(body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
}

TEST_F(ItemSwapTest, IsNotSentWhenItMustNotWrite) {
  script({});
  may_write = [] { return fail(Fault::unavailable, "Not now."); };
  for (const std::optional<std::string>& value : {std::optional(document("a")), {}})
    EXPECT_EQ(swap(value).error().message, "Not now.");
  EXPECT_THAT(operations(), ElementsAre());
}

TEST_F(ItemSwapTest, SaysWhenTheItemIsAnotherByNow) {
  script({refused(R"({"pk":{"S":"a"},"n":{"N":"7"}})"), refused(), refused(written(41))});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(swap(document("a")).value(), false) << i;
}

TEST_F(ItemSwapTest, WhatItHasWrittenBeforeIsWritten) {
  script({refused(written(kPosition))});
  EXPECT_EQ(swap(document("a")).value(), true);
}

TEST_F(ItemSwapTest, ARemovalMarksAndDeletesOnlyWhatIsAsItWasRead) {
  script({});
  EXPECT_EQ(swap(std::nullopt).value(), true);
  ASSERT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
  EXPECT_EQ(calls()[0].body["ConditionExpression"],
            "attribute_exists(#k) AND #a0 = :o0 AND " + kOlder);
  EXPECT_EQ(calls()[1].body["ConditionExpression"],
            "#x.#w.#l = :l AND #x.#w.#e = :e AND #x.#w.#p = :p AND #x.#w.#d = :d AND "
            "attribute_exists(#k) AND #a0 = :o0");
}

TEST_F(ItemSwapTest, ARemovalOfWhatWasChangedIsNone) {
  script({refused(R"({"pk":{"S":"a"},"n":{"N":"7"}})")});
  EXPECT_EQ(swap(std::nullopt).value(), false);
  EXPECT_THAT(operations(), ElementsAre("UpdateItem"));
}

TEST_F(ItemSwapTest, WhatWasChangedBehindTheMarkIsNotDeleted) {
  script({good(), refused(R"({"pk":{"S":"a"},"n":{"N":"7"}})")});
  EXPECT_EQ(swap(std::nullopt).value(), false);
  EXPECT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
}

TEST_F(ItemSwapTest, AValueWithoutAFormIsNotSent) {
  script({});
  const auto done = swap(DocumentBuilder().text("_id", "a").int32("pk", 1).finish());
  EXPECT_EQ(done.error().fault, Fault::rejected);
  EXPECT_THAT(operations(), ElementsAre());
}

TEST_F(ItemWriterTest, APutCarriesItsTokenAndIsGuardedByIt) {
  script({});
  const std::int64_t before = clock.wall_ms();
  ASSERT_TRUE(put("a"));
  ASSERT_THAT(operations(), ElementsAre("PutItem"));
  const json body = calls()[0].body;
  EXPECT_EQ(body["TableName"], "Orders");
  EXPECT_EQ(body["Item"]["pk"]["S"], "a");
  EXPECT_EQ(body["Item"]["n"]["N"], "5");
  const json token = body["Item"]["_crossfade"]["M"]["w"]["M"];
  EXPECT_EQ(token["l"]["S"], "0123");
  EXPECT_EQ(token["e"]["N"], "3");
  EXPECT_EQ(token["p"]["N"], "42");
  EXPECT_EQ(token["h"]["S"], hash("a"));
  EXPECT_GE(std::stoll(token["at"]["N"].get<std::string>()), before);
  EXPECT_FALSE(token.contains("del"));
  EXPECT_EQ(body["ConditionExpression"], kOlder);
  EXPECT_EQ(body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
  EXPECT_EQ(body["ExpressionAttributeNames"],
            json::parse(R"({"#x":"_crossfade","#w":"w","#l":"l","#h":"h","#e":"e","#p":"p"})"));
  EXPECT_EQ(body["ExpressionAttributeValues"],
            json::parse(R"({":l":{"S":"0123"},":h":{"S":")" + hash("a") +
                        R"("},":e":{"N":"3"},":p":{"N":"42"}})"));
}

TEST_F(ItemWriterTest, APutThatIsThereAlreadyIsDone) {
  script({refused(R"({"pk":{"S":"a"}})")});
  EXPECT_TRUE(put("a"));
  EXPECT_THAT(operations(), ElementsAre("PutItem")) << "and is not tried again";
}

TEST_F(ItemWriterTest, ADocumentWithoutAFormIsNotSent) {
  script({});
  const auto done =
      run(writer->put(key("a"), DocumentBuilder().text("_id", "a").int32("pk", 1).finish(), 1));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::rejected);
  EXPECT_THAT(operations(), ElementsAre());
}

TEST_F(ItemWriterTest, WhatItMustNotWriteIsNotSent) {
  script({});
  may_write = [] { return fail(Fault::unavailable, "Not now."); };
  EXPECT_EQ(put("a").error().message, "Not now.");
  EXPECT_EQ(remove("a").error().message, "Not now.");
  EXPECT_THAT(operations(), ElementsAre());
}

/// Another process may drive the link by the time the mark is written.
TEST_F(ItemWriterTest, ADeleteIsAskedForBehindItsMarkToo) {
  script({});
  int asked = 0;
  may_write = [&] { return ++asked == 1 ? Result<void>() : fail(Fault::unavailable, "Not now."); };
  EXPECT_EQ(remove("a").error().message, "Not now.");
  EXPECT_THAT(operations(), ElementsAre("UpdateItem"));
  may_write = nullptr;
  EXPECT_TRUE(remove("a"));
  EXPECT_THAT(operations(), ElementsAre("UpdateItem", "UpdateItem", "DeleteItem"));
}

TEST_F(ItemWriterTest, ARemoveMarksThenDeletesWhatIsMarked) {
  script({});
  ASSERT_TRUE(remove("a"));
  ASSERT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
  const json mark = calls()[0].body;
  EXPECT_EQ(mark["Key"], json::parse(R"({"pk":{"S":"a"}})"));
  EXPECT_EQ(mark["UpdateExpression"], "SET #x = :x");
  EXPECT_EQ(mark["ConditionExpression"], "attribute_exists(#k) AND " + kOlder);
  EXPECT_EQ(mark["ExpressionAttributeNames"]["#k"], "pk");
  const json token = mark["ExpressionAttributeValues"][":x"]["M"]["w"]["M"];
  EXPECT_EQ(token["p"]["N"], "42");
  EXPECT_EQ(token["del"]["BOOL"], true);
  const json erase = calls()[1].body;
  EXPECT_EQ(erase["Key"], mark["Key"]);
  EXPECT_EQ(erase["ConditionExpression"],
            "#x.#w.#l = :l AND #x.#w.#e = :e AND #x.#w.#p = :p AND #x.#w.#d = :d");
  EXPECT_EQ(erase["ExpressionAttributeNames"],
            json::parse(R"({"#x":"_crossfade","#w":"w","#l":"l","#e":"e","#p":"p","#d":"del"})"));
  EXPECT_EQ(
      erase["ExpressionAttributeValues"],
      json::parse(R"({":l":{"S":"0123"},":e":{"N":"3"},":p":{"N":"42"},":d":{"BOOL":true}})"));
}

TEST_F(ItemWriterTest, RemovingWhatIsNotThereIsDone) {
  script({refused()});
  EXPECT_TRUE(remove("a"));
  EXPECT_THAT(operations(), ElementsAre("UpdateItem"));
}

TEST_F(ItemWriterTest, ARemoveThatWasMarkedBeforeGoesOnWithItsDelete) {
  script({refused(R"({"pk":{"S":"a"}})")});
  EXPECT_TRUE(remove("a"));
  EXPECT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
}

TEST_F(ItemWriterTest, ARemoveWhoseMarkWasOverwrittenIsSuperseded) {
  script({good(), refused(R"({"pk":{"S":"a"}})")});
  EXPECT_TRUE(remove("a"));
  EXPECT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
}

TEST_F(ItemWriterTest, AfterALostReplyADeleteOfThatKeyWaitsBehindItsMark) {
  script({lost(), good()});
  ASSERT_TRUE(put("a", 1));
  EXPECT_THAT(operations(), ElementsAre("PutItem", "PutItem"));
  const std::int64_t known_at = clock.steady_ms();
  EXPECT_GE(writer->wary_until(), clock.wall_ms());
  script({});
  ASSERT_TRUE(remove("a", 2));
  ASSERT_THAT(operations(), ElementsAre("UpdateItem", "DeleteItem"));
  EXPECT_GE(calls()[1].at_ms, known_at + kRequestLife.count() - 50) << "deleted later";
  EXPECT_GE(calls()[1].at_ms - calls()[0].at_ms, kRequestLife.count() / 4) << "marked at once";
}

TEST_F(ItemWriterTest, OtherKeysDoNotWait) {
  writer->suspect(key("a"), clock.wall_ms() + 60'000);
  const std::int64_t began = clock.steady_ms();
  ASSERT_TRUE(remove("b", 2));
  EXPECT_LT(clock.steady_ms() - began, 30'000);
}

TEST_F(ItemWriterTest, AnAbsentItemThatMayStillAppearIsLookedAtAgain) {
  script({lost(), good()});
  ASSERT_TRUE(put("a", 1));
  script({refused(), good(), good()});
  ASSERT_TRUE(remove("a", 2));
  ASSERT_THAT(operations(), ElementsAre("UpdateItem", "UpdateItem", "DeleteItem"));
  EXPECT_GE(calls()[1].at_ms - calls()[0].at_ms, kRequestLife.count() / 4);
}

TEST_F(ItemWriterTest, AnAbsentItemThatStaysAwayIsDoneAfterTheWait) {
  script({lost(), good()});
  ASSERT_TRUE(put("a", 1));
  script({refused(), refused()});
  ASSERT_TRUE(remove("a", 2));
  EXPECT_THAT(operations(), ElementsAre("UpdateItem", "UpdateItem"));
}

TEST_F(ItemWriterTest, AStopEndsTheWaitWithoutADelete) {
  writer->suspect(key("a"), clock.wall_ms() + 60'000);
  script({});
  boost::asio::steady_timer soon(io, Milliseconds(30));
  soon.async_wait([this](const boost::system::error_code&) {
    EXPECT_EQ(writer->waiting(), 1U);
    stop.request();
  });
  const auto done = remove("a");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::stopped);
  EXPECT_THAT(operations(), ElementsAre("UpdateItem"));
  EXPECT_EQ(writer->waiting(), 0U);
}

TEST_F(ItemWriterTest, WhatAnEarlierProcessWasWaryOfHoldsForEveryKey) {
  script({});
  const std::int64_t began = clock.steady_ms();
  const std::int64_t until = clock.wall_ms() + 200;
  writer->inherit_wary(until);
  EXPECT_EQ(writer->wary_until(), until);
  ASSERT_TRUE(remove("a", 2));
  EXPECT_GE(clock.steady_ms() - began, 190);
}

TEST_F(ItemWriterTest, ASuspectedKeyWaitsUntilTheTimeThatWasSaid) {
  script({});
  const std::int64_t began = clock.steady_ms();
  const std::int64_t until = clock.wall_ms() + 250;
  writer->suspect(key("a"), until);
  writer->suspect(key("a"), until - 150);
  EXPECT_EQ(writer->wary_until(), until) << "the longer one counts, and is stored";
  ASSERT_TRUE(remove("a", 2));
  EXPECT_GE(clock.steady_ms() - began, 240);
}

TEST_F(ItemWriterTest, AWriteThatNobodyAnsweredIsAnErrorAndItsKeySuspect) {
  script({lost(), lost(), lost(), lost(), lost(), lost()});
  const std::int64_t began = clock.wall_ms();
  const auto done = put("a", 1);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().next(), Next::retry);
  EXPECT_TRUE(done.error().outcome_unknown);
  EXPECT_GE(writer->wary_until(), began + kRequestLife.count());
}

TEST_F(ItemWriterTest, WithoutALostReplyNothingIsSuspect) {
  script({good(), refused(), good(), good()});
  ASSERT_TRUE(put("a", 1));
  ASSERT_TRUE(put("a", 2));
  ASSERT_TRUE(remove("a", 3));
  EXPECT_EQ(writer->wary_until(), 0);
}

/// The age of a token is judged by DynamoDB's clock; a machine whose own is wrong has to use it.
TEST_F(ItemWriterTest, TokensAreDatedByDynamosClock) {
  Reply skewed{
      .status = 400,
      .headers = {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}},
      .body = R"({"__type":"InvalidSignatureException","message":"Signature expired: x"})"};
  script({skewed});
  ASSERT_TRUE(put("a", 1));
  script({});
  ASSERT_TRUE(put("a", 2));
  const json token = calls()[0].body["Item"]["_crossfade"]["M"]["w"]["M"];
  EXPECT_NEAR(std::stod(token["at"]["N"].get<std::string>()), 1'767'225'600'000.0, 5'000.0);
}

TEST_F(ItemWriterTest, NamesOfTheLinksOwnAreUsed) {
  ItemWriterOptions settings;
  settings.link_id = "quo\"ted";
  settings.table = "Orders";
  settings.hash_attribute = "pk";
  settings.reserved = "_mine";
  writer.emplace(settings, *client, mapper, clock);
  script({});
  ASSERT_TRUE(remove("a", 1));
  const json mark = calls()[0].body;
  EXPECT_EQ(mark["ExpressionAttributeNames"]["#x"], "_mine");
  EXPECT_EQ(mark["ExpressionAttributeValues"][":l"]["S"], "quo\"ted");
}

}  // namespace
}  // namespace crossfade::backward
