// The client's calls against a scripted server: what is sent, what is tried again, what is
// reported.
#include "common/dynamo/client.h"

#include <zlib.h>

#include <nlohmann/json.hpp>

#include "common/async/task_group.h"
#include "common/dynamo/crypto.h"
#include "common/dynamo/sigv4.h"
#include "tests/fakes/certificates.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::dynamo {
namespace {

using fakes::Received;
using fakes::Reply;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Reply good(const std::string& body) {
  return {.headers = {{"x-amz-crc32", std::to_string(crc32_of(body))}}, .body = body};
}

Reply refusal(const std::string& code, int status = 400, const std::string& message = "said") {
  const json body = {{"__type", "com.amazonaws.dynamodb.v20120810#" + code}, {"message", message}};
  return {.status = status, .body = body.dump()};
}

class ClientTest : public DynamoTest {
 protected:
  ClientTest() : client(make_client(server.url())) {}

  void remake() { client = make_client(server.url()); }
  Result<std::string> get() { return run(client->get_item("Orders", R"({"pk":{"S":"a"}})", true)); }
  Result<WriteOutcome> put() {
    const PutRequest request{"Orders", R"({"pk":{"S":"a"}})",
                             Condition{"attribute_not_exists(#p)", R"({"#p":"pk"})", ""}};
    return run(client->put_item(request));
  }
  Received seen(std::size_t index) { return server.received().at(index); }
  json body(std::size_t index) { return json::parse(seen(index).body); }
  std::size_t count() { return server.received().size(); }

  fakes::HttpServer server;
  std::unique_ptr<Client> client;
};

// ---- what is sent

TEST_F(ClientTest, RequestsAreSignedAndNamed) {
  variables["AWS_SESSION_TOKEN"] = "TOKEN";
  remake();
  server.serve({good("{}")});
  ASSERT_TRUE(get());
  const Received request = seen(0);
  EXPECT_EQ(request.header("x-amz-target"), "DynamoDB_20120810.GetItem");
  EXPECT_EQ(request.header("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(request.header("accept-encoding"), "");
  EXPECT_EQ(request.body, R"({"TableName":"Orders","Key":{"pk":{"S":"a"}},"ConsistentRead":true})");

  const std::string when = request.header("x-amz-date");
  const Headers signed_ones = {{"host", request.header("host")},
                               {"content-type", request.header("content-type")},
                               {"x-amz-target", request.header("x-amz-target")},
                               {"x-amz-security-token", "TOKEN"},
                               {"x-amz-date", when}};
  const sigv4::Scope scope{"us-east-1", "dynamodb"};
  const std::string to_sign =
      sigv4::string_to_sign(when, scope, sigv4::canonical_request(signed_ones, request.body));
  const Digest key = sigv4::signing_key("secret", when.substr(0, 8), scope);
  EXPECT_THAT(request.header("authorization"), HasSubstr(sigv4::signature(key, to_sign)));
}

TEST_F(ClientTest, StreamsHaveATargetOfTheirOwn) {
  server.serve({good(R"({"Records":[],"NextShardIterator":"i2"})")});
  ASSERT_TRUE(run(client->get_records("i1", 500)));
  EXPECT_EQ(seen(0).header("x-amz-target"), "DynamoDBStreams_20120810.GetRecords");
  EXPECT_EQ(seen(0).body, R"({"ShardIterator":"i1","Limit":500})");
}

TEST_F(ClientTest, ScansSaySegmentAndStart) {
  server.serve({good("{}")});
  const ScanRequest request{.table = "T",
                            .segment = 3,
                            .total_segments = 8,
                            .start_key = R"({"pk":{"S":"k"}})",
                            .consistent = false,
                            .limit = 7};
  ASSERT_TRUE(run(client->scan(request)));
  EXPECT_EQ(body(0), json::parse(R"({"TableName":"T","Segment":3,"TotalSegments":8,
      "ConsistentRead":false,"ReturnConsumedCapacity":"TOTAL",
      "ExclusiveStartKey":{"pk":{"S":"k"}},"Limit":7})"));
}

TEST_F(ClientTest, WritesCarryTheirConditions) {
  server.serve({good("{}")});
  const Condition condition{"#a = :b", R"({"#a":"x","#u":"y"})",
                            R"({":b":{"N":"1"},":v":{"N":"2"}})"};
  const UpdateRequest update{"T", R"({"pk":{"S":"k"}})", "SET #u = :v", condition};
  ASSERT_TRUE(run(client->update_item(update)));
  EXPECT_EQ(body(0), json::parse(R"({"TableName":"T","Key":{"pk":{"S":"k"}},
      "UpdateExpression":"SET #u = :v","ConditionExpression":"#a = :b",
      "ReturnValuesOnConditionCheckFailure":"ALL_OLD",
      "ExpressionAttributeNames":{"#a":"x","#u":"y"},
      "ExpressionAttributeValues":{":b":{"N":"1"},":v":{"N":"2"}}})"));
  const DeleteRequest plain{"T", R"({"pk":{"S":"k"}})", {}};
  ASSERT_TRUE(run(client->delete_item(plain)));
  EXPECT_EQ(body(1), json::parse(R"({"TableName":"T","Key":{"pk":{"S":"k"}}})"));
}

TEST_F(ClientTest, ShardsAreFilteredByTheirParent) {
  server.serve({good(R"({"StreamDescription":{"StreamStatus":"ENABLED","StreamViewType":"NEW_IMAGE",
      "LastEvaluatedShardId":"s9","Shards":[{"ShardId":"s1","ParentShardId":"s0",
      "SequenceNumberRange":{"StartingSequenceNumber":"1","EndingSequenceNumber":"9"}},
      {"ShardId":"s2","SequenceNumberRange":{"StartingSequenceNumber":"5"}}]}})")});
  const DescribeStreamRequest request{"arn:s", "after", "parent"};
  const auto stream = run(client->describe_stream(request));
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(body(0), json::parse(R"({"StreamArn":"arn:s","ExclusiveStartShardId":"after",
      "ShardFilter":{"Type":"CHILD_SHARDS","ShardId":"parent"}})"));
  EXPECT_EQ(stream->next_after, "s9");
  ASSERT_EQ(stream->shards.size(), 2U);
  EXPECT_EQ(stream->shards[0].parent, "s0");
  EXPECT_EQ(stream->shards[0].last_sequence, "9");
  EXPECT_EQ(stream->shards[1].last_sequence, "");
}

TEST_F(ClientTest, TablesAreListedToTheEnd) {
  server.serve({good(R"({"TableNames":["A","B"],"LastEvaluatedTableName":"B"})"),
                good(R"({"TableNames":["C"]})")});
  EXPECT_THAT(*run(client->list_tables()), ElementsAre("A", "B", "C"));
  EXPECT_EQ(body(1), json::parse(R"({"ExclusiveStartTableName":"B"})"));
}

TEST_F(ClientTest, AnswersThatMakeNoSenseAreErrors) {
  for (const char* odd : {"{}", "[]", "", R"({"Table":{"KeySchema":7}})", R"({"Table":{}})"}) {
    server.serve({good(odd)});
    const auto description = run(client->describe_table("T"));
    ASSERT_FALSE(description) << odd;
    EXPECT_THAT(description.error().message, HasSubstr("DescribeTable"));
    const IteratorRequest iterator{"arn", "shard", IteratorRequest::From::latest, ""};
    EXPECT_FALSE(run(client->get_shard_iterator(iterator)));
  }
}

// ---- what is tried again

TEST_F(ClientTest, TransientTroubleIsTriedFourTimes) {
  server.serve({refusal("InternalServerError", 500)});
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::transient);
  EXPECT_FALSE(answer.error().outcome_unknown) << "a read has no outcome to doubt";
  EXPECT_EQ(count(), 4U);
  EXPECT_EQ(client->statistics().requests, 4);
  EXPECT_EQ(client->statistics().retries, 3);
}

TEST_F(ClientTest, ADamagedAnswerIsAskedForAgain) {
  Reply damaged = good("{}");
  damaged.body = "{]";
  server.serve({damaged, good(R"({"Item":{}})")});
  EXPECT_EQ(*get(), R"({"Item":{}})");
}

TEST_F(ClientTest, ThrottlingIsBorne) {
  server.serve({refusal("ProvisionedThroughputExceededException"), refusal("ThrottlingException"),
                good("{}")});
  const auto outcome = put();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->applied);
  EXPECT_FALSE(outcome->earlier_attempt_unknown);
  EXPECT_EQ(client->statistics().throttles, 2);
}

TEST_F(ClientTest, PatienceEnds) {
  options.patience = Milliseconds(1);
  remake();
  server.serve({refusal("ThrottlingException")});
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::throttled);
  EXPECT_LE(count(), 3U);
}

TEST_F(ClientTest, ALostReplyOfAWriteLeavesADoubt) {
  server.serve({Reply{.act = Reply::Act::close}, good("{}")});
  const auto outcome = put();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->applied);
  EXPECT_TRUE(outcome->earlier_attempt_unknown);
}

TEST_F(ClientTest, AConditionThatFailsAfterALostReplySaysBoth) {
  const Reply failed{.status = 400,
                     .body = R"({"__type":"a#ConditionalCheckFailedException","message":"m",)"
                             R"("Item":{"pk":{"S":"a"}}})"};
  server.serve({Reply{.act = Reply::Act::close}, failed});
  const auto outcome = put();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->applied);
  EXPECT_TRUE(outcome->earlier_attempt_unknown);
  EXPECT_EQ(json::parse(outcome->current)["Item"]["pk"]["S"], "a");
}

TEST_F(ClientTest, AWriteThatIsNeverAnsweredIsUnknown) {
  options.attempt_timeout = Milliseconds(50);
  remake();
  server.serve({Reply{.act = Reply::Act::hang}});
  const auto outcome = put();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::transient);
  EXPECT_TRUE(outcome.error().outcome_unknown);
  EXPECT_TRUE(server.wait_for_requests(4));
}

TEST_F(ClientTest, ADoubtOutlivesALaterRefusal) {
  server.serve({Reply{.act = Reply::Act::close}, refusal("AccessDeniedException")});
  const auto outcome = put();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::forbidden);
  EXPECT_TRUE(outcome.error().outcome_unknown);
}

TEST_F(ClientTest, IteratorsThatExpireAndRecordsThatAreGoneAreNotTriedAgain) {
  server.serve({refusal("ExpiredIteratorException")});
  EXPECT_EQ(run(client->get_records("i", 0)).error().fault, Fault::expired_iterator);
  server.serve({refusal("TrimmedDataAccessException")});
  EXPECT_EQ(run(client->get_records("i", 0)).error().fault, Fault::trimmed);
  EXPECT_EQ(count(), 2U);
}

TEST_F(ClientTest, ExpiredCredentialsAreReplacedOnce) {
  variables["AWS_SESSION_TOKEN"] = "old";
  server.serve([this](const Received& request) {
    if (request.header("x-amz-security-token") == "new") return good("{}");
    variables["AWS_SESSION_TOKEN"] = "new";
    return refusal("ExpiredTokenException");
  });
  EXPECT_TRUE(get());
  EXPECT_EQ(count(), 2U);
}

TEST_F(ClientTest, WrongCredentialsAreToldAfterOneRefresh) {
  server.serve({refusal("UnrecognizedClientException", 400, "The security token is invalid")});
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::credentials);
  EXPECT_THAT(answer.error().message, HasSubstr("refused the credentials"));
  EXPECT_EQ(count(), 2U);
}

TEST_F(ClientTest, NoCredentialsNoRequest) {
  variables.erase("AWS_ACCESS_KEY_ID");
  variables.erase("AWS_SECRET_ACCESS_KEY");
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::credentials);
  EXPECT_THAT(answer.error().message, HasSubstr("looked in: the environment"));
  EXPECT_EQ(count(), 0U);
}

TEST_F(ClientTest, AClockThatIsWrongIsCorrected) {
  Reply skewed =
      refusal("InvalidSignatureException", 400, "Signature expired: is now earlier than");
  skewed.headers["Date"] = "Thu, 01 Jan 2026 00:00:00 GMT";
  server.serve([skewed](const Received& request) {
    return request.header("x-amz-date").starts_with("20260101T00") ? good("{}") : skewed;
  });
  EXPECT_TRUE(get());
  EXPECT_EQ(count(), 2U);
  EXPECT_NE(client->statistics().clock_offset_ms, 0);
  EXPECT_TRUE(get());
  EXPECT_EQ(count(), 3U) << "the correction is kept";
}

TEST_F(ClientTest, ASkewErrorWithTheRightClockIsTheCredentials) {
  const Reply skewed = refusal("InvalidSignatureException", 400, "Signature expired");
  server.serve({skewed});
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::credentials);
  EXPECT_EQ(count(), 1U);
}

TEST_F(ClientTest, NobodyThereIsSaidWithWhatToCheck) {
  client = make_client("http://127.0.0.1:1");
  const auto answer = get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("No connection to http://127.0.0.1:1"));
  EXPECT_THAT(answer.error().message, HasSubstr("dynamodb.endpoint"));
}

TEST_F(ClientTest, TransactionsThatMetAnotherAreRepeated) {
  const Reply conflict{
      .status = 400,
      .body = R"({"__type":"a#TransactionCanceledException","Message":"m",)"
              R"("CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]})"};
  server.serve({conflict, good("{}")});
  EXPECT_TRUE(run(client->transact_write_items("{}")));
  server.serve({conflict});
  EXPECT_EQ(run(client->transact_write_items("{}")).error().fault, Fault::conflict);
}

Task<Result<void>> request_stop(Client& client, Executor executor) {
  Stop stop(executor);
  co_await stop.sleep(Milliseconds(100));
  client.stop();
  co_return Result<void>();
}

Task<Result<void>> put_until_stopped(Client& client) {
  const PutRequest request{"T", R"({"pk":{"S":"a"}})", {}};
  const auto outcome = co_await client.put_item(request);
  if (outcome) co_return fail(Fault::invalid, "it was never throttled");
  if (outcome.error().fault != Fault::stopped) co_return outcome.error();
  co_return Result<void>();
}

Task<Result<void>> put_and_stop(Client& client, Executor executor) {
  Stop stop(executor);
  TaskGroup group(stop);
  group.start(put_until_stopped(client));
  group.start(request_stop(client, executor));
  co_return co_await group.join();
}

TEST_F(ClientTest, AStopEndsTheWaits) {
  server.serve({refusal("ThrottlingException")});
  const auto begin = std::chrono::steady_clock::now();
  const auto done = run(put_and_stop(*client, io.get_executor()));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Milliseconds(30'000));
  server.serve({good("{}")});
  EXPECT_TRUE(get()) << "what needs no wait is still done";
}

// ---- batches

TEST_F(ClientTest, UnprocessedItemsAreSentAgain) {
  server.serve({good(R"({"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}})"),
                good(R"({"UnprocessedItems":{}})")});
  const auto written =
      run(client->batch_write_item("T", {R"({"pk":{"S":"a"}})", R"({"pk":{"S":"b"}})"}));
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(body(0), json::parse(R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},
                                                          {"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}})"));
  EXPECT_EQ(body(1),
            json::parse(R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}})"));
  EXPECT_EQ(client->statistics().throttles, 1);
}

TEST_F(ClientTest, UnprocessedKeysAreAskedForAgain) {
  server.serve(
      {good(R"({"Responses":{"T":[{"pk":{"S":"a"}}]},)"
            R"("UnprocessedKeys":{"T":{"Keys":[{"pk":{"S":"b"}}],"ConsistentRead":true}}})"),
       good(R"({"Responses":{"T":[{"pk":{"S":"b"}}]},"UnprocessedKeys":{}})")});
  const auto items =
      run(client->batch_get_item("T", {R"({"pk":{"S":"a"}})", R"({"pk":{"S":"b"}})"}, true));
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_THAT(*items, ElementsAre(R"({"pk":{"S":"a"}})", R"({"pk":{"S":"b"}})"));
  EXPECT_EQ(
      body(1),
      json::parse(R"({"RequestItems":{"T":{"Keys":[{"pk":{"S":"b"}}],"ConsistentRead":true}}})"));
}

TEST_F(ClientTest, ABatchThatGetsNowhereEndsWithPatience) {
  options.patience = Milliseconds(100);
  remake();
  server.serve({good(R"({"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}})")});
  const auto written = run(client->batch_write_item("T", {R"({"pk":{"S":"b"}})"}));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().fault, Fault::throttled);
}

TEST_F(ClientTest, ABatchOfNothingAsksNothing) {
  EXPECT_TRUE(run(client->batch_write_item("T", {})));
  EXPECT_TRUE(run(client->batch_get_item("T", {}, true))->empty());
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(run(client->batch_write_item("T", std::vector<std::string>(26, "{}"))).error().fault,
            Fault::invalid);
}

// ---- compression, TLS, many at once

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string in = text;
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(ClientTest, CompressedAnswersAreOfferedAndRead) {
  options.gzip = true;
  remake();
  Reply compressed = good(gzip(R"({"Item":{}})"));
  compressed.headers["Content-Encoding"] = "gzip";
  server.serve({compressed});
  EXPECT_EQ(*get(), R"({"Item":{}})");
  EXPECT_EQ(seen(0).header("accept-encoding"), "gzip");
}

TEST_F(ClientTest, SpeaksTlsToAnEndpointOfOnesOwn) {
  const fakes::CertificateAuthority authority;
  fakes::HttpServer secure(authority.issue("DNS:localhost"));
  secure.serve({good("{}")});
  options.ca_file = folder.write("ca.pem", authority.certificate());
  client = make_client(secure.url());
  const auto answer = get();
  EXPECT_TRUE(answer) << answer.error().message;
}

Task<Result<void>> one_put(Client& client, int number) {
  const PutRequest request{"T", R"({"pk":{"N":")" + std::to_string(number) + R"("}})", {}};
  CO_TRY(const WriteOutcome outcome, co_await client.put_item(request));
  if (!outcome.applied) co_return fail(Fault::invalid, "not applied");
  co_return Result<void>();
}

Task<Result<void>> many_puts(Client& client, int count, Executor executor) {
  Stop stop(executor);
  TaskGroup group(stop);
  for (int i = 0; i < count; ++i) group.start(one_put(client, i));
  co_return co_await group.join();
}

TEST_F(ClientTest, ManyWritesShareAFewConnections) {
  options.max_connections = 4;
  remake();
  server.serve({good("{}")});
  const auto done = run(many_puts(*client, 200, io.get_executor()));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(count(), 200U);
  EXPECT_EQ(client->statistics().connections_opened, 4);
}

// ---- writes that must not be sent

Error too_late() {
  return fail(Fault::unavailable, "Too late.");
}

TEST_F(ClientTest, AWriteIsAskedAboutBeforeEveryAttempt) {
  server.serve({Reply{.act = Reply::Act::close}, good("{}")});
  int asked = 0;
  PutRequest request{"Orders", R"({"pk":{"S":"a"}})", {}};
  request.may_send = [&] { return ++asked == 1 ? Result<void>() : too_late(); };
  const auto outcome = run(client->put_item(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "Too late.");
  EXPECT_TRUE(outcome.error().outcome_unknown) << "of the first attempt";
  EXPECT_EQ(asked, 2) << "and not again and again";
  EXPECT_EQ(count(), 1U);
}

/// The second waits for the only connection, and by then it is too late.
TEST_F(ClientTest, AWriteIsAskedAboutWhenItHasAConnection) {
  options.max_connections = 1;
  remake();
  Reply slow = good("{}");
  slow.delay = Milliseconds(100);
  server.serve({slow});
  bool late = false;
  PutRequest first{"Orders", R"({"pk":{"S":"a"}})", {}};
  PutRequest second = first;
  second.may_send = [&] { return late ? too_late() : Result<void>(); };
  const auto both = [&](Stop& stop) -> Task<Result<void>> {
    TaskGroup group(stop);
    const auto put = [&](const PutRequest& request) -> Task<Result<void>> {
      const auto done = co_await client->put_item(request);
      late = true;
      if (!done) co_return done.error();
      co_return Result<void>();
    };
    group.start(put(first));
    group.start(put(second));
    co_return co_await group.join();
  };
  Stop stop(io.get_executor());
  const auto done = run(both(stop));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "Too late.");
  EXPECT_FALSE(done.error().outcome_unknown);
  EXPECT_EQ(count(), 1U);
  EXPECT_TRUE(put()) << "the connection serves others";
  EXPECT_EQ(client->statistics().connections_opened, 1);
}

TEST_F(ClientTest, ARegionOrEndpointThatIsNoneIsRefusedAtOnce) {
  options.endpoint = "127.0.0.1:8000";
  const auto made = Client::create(options, environment(), parts());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::invalid);
}

}  // namespace
}  // namespace crossfade::dynamo
