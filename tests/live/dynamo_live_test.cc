// The client against the DynamoDB that CROSSFADE_DYNAMODB_ENDPOINT names (DynamoDB Local).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/dynamo/client.h"
#include "tests/fakes/run_task.h"

namespace crossfade::dynamo {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class LiveDynamo : public ::testing::Test {
 protected:
  void SetUp() override {
    options.endpoint = variable("CROSSFADE_DYNAMODB_ENDPOINT");
    ASSERT_NE(options.endpoint, "") << "start the engines first: deploy/local/engines.sh start";
    options.region = "us-east-1";
    client = make(options);
    table = "Live-" + random.id();
    create_table();
  }

  std::unique_ptr<Client> make(const ClientOptions& wanted) {
    auto made =
        Client::create(wanted, environment(), {io.get_executor(), pool, clock, random, log});
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  Environment environment() {
    Environment own = Environment::system();
    own.variable = [keys = access_key](const std::string& name) -> std::string {
      if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return keys;
      return "";
    };
    return own;
  }

  void create_table() {
    const json request = json::parse(R"({
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                               {"AttributeName": "sk", "AttributeType": "N"},
                               {"AttributeName": "city", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
      "GlobalSecondaryIndexes": [{"IndexName": "by-city", "Projection": {"ProjectionType": "ALL"},
                                  "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}]}],
      "LocalSecondaryIndexes": [{"IndexName": "by-own-city", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                                               {"AttributeName": "city", "KeyType": "RANGE"}]}],
      "BillingMode": "PAY_PER_REQUEST",
      "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}})");
    json named = request;
    named["TableName"] = table;
    const auto created = run(client->create_table(named.dump()));
    ASSERT_TRUE(created) << created.error().message;
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io, std::move(task));
  }

  static std::string key(const std::string& pk, int sk) {
    return R"({"pk":{"S":")" + pk + R"("},"sk":{"N":")" + std::to_string(sk) + R"("}})";
  }

  static std::string item(const std::string& pk, int sk, const std::string& text) {
    std::string json_text = key(pk, sk);
    json_text.pop_back();
    return json_text + R"(,"text":{"S":")" + text + R"("}})";
  }

  void put(const std::string& pk, int sk, const std::string& text) {
    const PutRequest request{table, item(pk, sk, text), {}};
    const auto outcome = run(client->put_item(request));
    ASSERT_TRUE(outcome) << outcome.error().message;
    ASSERT_TRUE(outcome->applied);
  }

  json get(const std::string& pk, int sk) {
    const auto body = run(client->get_item(table, key(pk, sk), true));
    EXPECT_TRUE(body) << body.error().message;
    return json::parse(*body);
  }

  boost::asio::io_context io;
  ThreadPool pool{1};
  SystemClock clock;
  Random random = Random::from_system();
  Log log;
  std::string access_key = "live" + random.id().substr(0, 12);
  ClientOptions options;
  std::unique_ptr<Client> client;
  std::string table;
};

TEST_F(LiveDynamo, DescribesATable) {
  const auto description = run(client->describe_table(table));
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->name, table);
  EXPECT_EQ(description->status, "ACTIVE");
  EXPECT_EQ(description->hash, "pk");
  EXPECT_EQ(description->hash_type, 'S');
  EXPECT_EQ(description->sort, "sk");
  EXPECT_EQ(description->sort_type, 'N');
  EXPECT_TRUE(description->stream_enabled);
  EXPECT_EQ(description->stream_view_type, "NEW_AND_OLD_IMAGES");
  EXPECT_THAT(description->stream_arn, HasSubstr(table + "/stream/"));
  ASSERT_EQ(description->indexes.size(), 2U);
  EXPECT_EQ(description->indexes[0].name, "by-own-city");
  EXPECT_FALSE(description->indexes[0].global);
  EXPECT_EQ(description->indexes[1].hash, "city");
  EXPECT_EQ(description->indexes[1].sort, "");
  EXPECT_TRUE(description->indexes[1].global);
}

TEST_F(LiveDynamo, ListsTables) {
  const auto tables = run(client->list_tables());
  ASSERT_TRUE(tables) << tables.error().message;
  EXPECT_THAT(*tables, ::testing::ElementsAre(table));
}

TEST_F(LiveDynamo, AMissingTableIsNamed) {
  const auto description = run(client->describe_table("Nowhere"));
  ASSERT_FALSE(description);
  EXPECT_EQ(description.error().fault, Fault::not_found);
  EXPECT_THAT(description.error().message, HasSubstr("There is no table Nowhere in us-east-1"));
}

TEST_F(LiveDynamo, PutsAndGetsWhatIsWritten) {
  put("a", 1, "Zo\\u00eb \\\"x\\\"");
  EXPECT_EQ(get("a", 1)["Item"]["text"]["S"], "Zo\u00eb \"x\"");
  EXPECT_FALSE(get("a", 2).contains("Item"));
}

TEST_F(LiveDynamo, AConditionThatDoesNotHoldIsAnOutcomeWithTheItemInTheWay) {
  put("a", 1, "first");
  const Condition absent{"attribute_not_exists(#p)", R"({"#p":"pk"})", ""};
  const PutRequest again{table, item("a", 1, "second"), absent};
  const auto outcome = run(client->put_item(again));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->applied);
  EXPECT_FALSE(outcome->earlier_attempt_unknown);
  EXPECT_EQ(json::parse(outcome->current)["Item"]["text"]["S"], "first");
}

TEST_F(LiveDynamo, UpdatesAndDeletesUnderAConditon) {
  put("a", 1, "first");
  const Condition is_first{"#t = :old", R"({"#t":"text"})",
                           R"({":old":{"S":"first"},":new":{"S":"second"}})"};
  const UpdateRequest update{table, key("a", 1), "SET #t = :new", is_first};
  ASSERT_TRUE(run(client->update_item(update))->applied);
  EXPECT_EQ(get("a", 1)["Item"]["text"]["S"], "second");
  EXPECT_FALSE(run(client->update_item(update))->applied);

  const Condition wrong{"#t = :old", R"({"#t":"text"})", R"({":old":{"S":"first"}})"};
  const DeleteRequest refused{table, key("a", 1), wrong};
  EXPECT_FALSE(run(client->delete_item(refused))->applied);
  const DeleteRequest plain{table, key("a", 1), {}};
  EXPECT_TRUE(run(client->delete_item(plain))->applied);
  EXPECT_FALSE(get("a", 1).contains("Item"));
}

TEST_F(LiveDynamo, AnItemThatDynamoRefusesIsRejected) {
  const PutRequest request{table, R"({"pk":{"S":""},"sk":{"N":"1"}})", {}};
  const auto outcome = run(client->put_item(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::rejected);
  EXPECT_FALSE(outcome.error().outcome_unknown);
}

TEST_F(LiveDynamo, OurOwnExpressionsAreNotTheItemsFault) {
  const Condition broken{"#p ===", R"({"#p":"pk"})", ""};
  const PutRequest request{table, item("a", 1, "x"), broken};
  const auto outcome = run(client->put_item(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::invalid);
}

TEST_F(LiveDynamo, ScansAllSegmentsPageByPage) {
  for (int i = 0; i < 40; ++i) put("p" + std::to_string(i % 10), i, "x");
  std::set<int> seen;
  for (int segment = 0; segment < 3; ++segment) {
    ScanRequest request{.table = table, .segment = segment, .total_segments = 3, .limit = 5};
    do {
      const auto body = run(client->scan(request));
      ASSERT_TRUE(body) << body.error().message;
      EXPECT_GE(body->capacity(), body->size() + 64);
      const json page = json::parse(*body);
      for (const json& each : page["Items"])
        seen.insert(std::stoi(each["sk"]["N"].get<std::string>()));
      EXPECT_TRUE(page.contains("ConsumedCapacity"));
      request.start_key = page.contains("LastEvaluatedKey") ? page["LastEvaluatedKey"].dump() : "";
    } while (!request.start_key.empty());
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST_F(LiveDynamo, Queries) {
  put("a", 1, "x");
  put("a", 2, "y");
  put("b", 1, "z");
  const json request = {{"TableName", table},
                        {"KeyConditionExpression", "#p = :p"},
                        {"ExpressionAttributeNames", {{"#p", "pk"}}},
                        {"ExpressionAttributeValues", {{":p", {{"S", "a"}}}}}};
  const auto body = run(client->query(request.dump()));
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(json::parse(*body)["Count"], 2);
}

TEST_F(LiveDynamo, WritesAndReadsInBatches) {
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<std::string> items;
    for (int i = 0; i < 25; ++i) items.push_back(item("b", batch * 25 + i, "[\\\"}"));
    const auto written = run(client->batch_write_item(table, items));
    ASSERT_TRUE(written) << written.error().message;
  }
  std::vector<std::string> keys;
  for (int i = 0; i < 130; ++i) keys.push_back(key("b", i));
  const auto items = run(client->batch_get_item(table, keys, true));
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 125U);
  for (const std::string& each : *items) EXPECT_EQ(json::parse(each)["text"]["S"], "[\"}");
}

TEST_F(LiveDynamo, ATransactionAppliesWholeOrNotAtAll) {
  put("a", 1, "first");
  const auto put_of = [&](int sk) {
    return json{{"Put",
                 {{"TableName", table},
                  {"Item", json::parse(item("a", sk, "t"))},
                  {"ConditionExpression", "attribute_not_exists(pk)"}}}};
  };
  const json good = {{"TransactItems", {put_of(2), put_of(3)}}};
  EXPECT_TRUE(run(client->transact_write_items(good.dump())));
  const json bad = {{"TransactItems", {put_of(4), put_of(1)}}};
  const auto refused = run(client->transact_write_items(bad.dump()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::condition_failed);
  EXPECT_FALSE(get("a", 4).contains("Item"));
}

TEST_F(LiveDynamo, ReadsTheStream) {
  put("a", 1, "first");
  put("a", 1, "second");
  const auto description = run(client->describe_table(table));
  const DescribeStreamRequest all{description->stream_arn, "", ""};
  const auto stream = run(client->describe_stream(all));
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(stream->view_type, "NEW_AND_OLD_IMAGES");
  ASSERT_GE(stream->shards.size(), 1U);
  std::vector<std::string> events;
  for (const Shard& shard : stream->shards) {
    EXPECT_NE(shard.first_sequence, "");
    const IteratorRequest begin{description->stream_arn, shard.id,
                                IteratorRequest::From::trim_horizon, ""};
    const auto iterator = run(client->get_shard_iterator(begin));
    ASSERT_TRUE(iterator) << iterator.error().message;
    const auto body = run(client->get_records(*iterator, 1000));
    ASSERT_TRUE(body) << body.error().message;
    const json page = json::parse(*body);
    for (const json& record : page["Records"]) events.push_back(record["eventName"]);
  }
  EXPECT_THAT(events, ::testing::ElementsAre("INSERT", "MODIFY"));
  const DescribeStreamRequest children{description->stream_arn, "", stream->shards[0].id};
  const auto none = run(client->describe_stream(children));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_TRUE(none->shards.empty());
}

TEST_F(LiveDynamo, AMissingStreamIsNotFound) {
  const DescribeStreamRequest request{
      "arn:aws:dynamodb:ddblocal:000000000000:table/X/stream/2026-01-01T00:00:00.000", "", ""};
  const auto stream = run(client->describe_stream(request));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::not_found);
}

TEST_F(LiveDynamo, SwitchesAStreamOff) {
  const json request = {{"TableName", table}, {"StreamSpecification", {{"StreamEnabled", false}}}};
  const auto updated = run(client->update_table(request.dump()));
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_FALSE(run(client->describe_table(table))->stream_enabled);
}

TEST_F(LiveDynamo, OneConnectionServesMany) {
  for (int i = 0; i < 20; ++i) put("a", i, "x");
  EXPECT_EQ(client->statistics().connections_opened, 1);
  EXPECT_EQ(client->statistics().retries, 0);
}

}  // namespace
}  // namespace crossfade::dynamo
