// A link on the real engines as a hand-off works with it: drained, verified, held, handed over.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/codec/document.h"
#include "sync/link.h"
#include "sync/process.h"
#include "sync/resolver.h"
#include "tests/live/mongo_fixture.h"
#include "tests/live/own_mongod.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Milliseconds kPatience{30'000};
constexpr std::int64_t kLongAgoMs = 10 * 60'000;  // DynamoDB Local cuts times to the minute

RuleSet rules_of(std::set<std::string, std::less<>> allow, std::int64_t epoch = 1) {
  RuleSet out;
  out.group = "shop";
  out.epoch = epoch;
  out.rule.salt = "salt";
  out.rule.allow = std::move(allow);
  return out;
}

class HandoffOfALink : public testing::Test {
 protected:
  void SetUp() override {
    const char* endpoint = std::getenv("CROSSFADE_DYNAMODB_ENDPOINT");
    ASSERT_NE(endpoint, nullptr) << "start the engines first: deploy/local/engines.sh start";
    endpoint_ = endpoint;
    ::setenv("AWS_ACCESS_KEY_ID", ("live" + random_.id().substr(0, 12)).c_str(), 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    uri_ = mongodb();
    const auto parsed = parse_config(configuration(), "test.yaml", [](const std::string&) {
      return std::optional<std::string>();
    });
    config_ = mongo::must(parsed, "configuration");
    begin_process();
    create_table();
  }
  void TearDown() override {
    if (process_) {
      for (const std::string& database : {state_, orders_.database}) {
        const std::string drop = DocumentBuilder().int32("dropDatabase", 1).finish();
        mongo().command(database, drop);
      }
    }
    end_process();
  }
  virtual std::string mongodb() {
    const char* uri = std::getenv("CROSSFADE_MONGODB_URI");
    return uri == nullptr ? "mongodb://127.0.0.1:9/?replicaSet=rs0" : uri;
  }

  std::string configuration() const {
    return "dynamodb: {region: us-east-1, endpoint: \"" + endpoint_ + "\"}\n" +
           "mongodb: {uri: \"" + uri_ +
           "&serverSelectionTimeoutMS=1000\", state_database: " + state_ + "}\n" +
           "data_dir: " + folder_.path("data") + "\nlog: {min_free_bytes: 1MiB}\n" +
           "log_level: error\nlinks:\n  - {name: orders, table: Orders, collection: " +
           orders_.full() + ", subject: " + subject_ + "}\n";
  }
  void create_table() {
    const json request = json::parse(R"({"TableName": "Orders", "BillingMode": "PAY_PER_REQUEST",
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                               {"AttributeName": "sk", "AttributeType": "N"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
      "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}})");
    mongo::must(run(dynamo().create_table(request.dump())), "create");
  }

  void begin_process() {
    process_ = mongo::must(Process::create(config_, run_options_, io_.get_executor()), "process");
    stop_ = std::make_unique<Stop>(io_.get_executor());
    group_ = std::make_unique<TaskGroup>(*stop_);
    link_ = std::make_unique<Link>(config_.links.front(), process_->environment(), *stop_);
    link_->wait_for_rules();
  }
  void end_process() {
    if (!process_) return;
    stop_->request();
    run(group_->join());
    link_.reset();
    group_.reset();
    process_.reset();
  }
  /// Copied, and in step, with everything DynamoDB's.
  void synced() {
    put("u1", 1);
    put("u2", 1);
    link_->adopt(rules_of({}), std::nullopt);
    group_->start(link_->run());
    mongo::must(run(link_->wait(WaitFor::synced, kPatience)), "synced");
  }
  /// u1 has moved to MongoDB, with its fence at `fence_ms`.
  control::HandoffRecord record(const control::Barrier& barrier, std::int64_t fence_ms) const {
    control::HandoffRecord out;
    out.from = rules_of({}).rule;
    out.to = rules_of({"u1"}).rule;
    out.fence_ms = fence_ms;
    out.barriers["orders"] = barrier;
    return out;
  }
  std::int64_t now() { return process_->environment().clock.wall_ms(); }
  control::Barrier hold() { return mongo::must(run(link_->hold(true, *stop_)), "hold"); }
  void flip(const control::Barrier& barrier, std::int64_t fence_ms) {
    link_->adopt(rules_of({"u1"}, 2), record(barrier, fence_ms));
    link_->release();
  }
  void move_u1(std::int64_t fence_ms) { flip(hold(), fence_ms); }
  void drained() { mongo::must(run(link_->wait(WaitFor::drained, kPatience)), "drained"); }
  rollout::Verification verify(rollout::VerifyScope scope, RuleSet rules) {
    return mongo::must(run(link_->verify(scope, std::move(rules), *stop_)), "verify");
  }
  /// The fence of moving u1.
  static RuleSet fence() {
    RuleSet out = rules_of({});
    out.next = rules_of({"u1"}).rule;
    return out;
  }
  static RuleSet fence_of_all() {
    RuleSet out = rules_of({});
    out.next = out.rule;
    out.next->percent = 100;
    return out;
  }

  Task<Result<void>> pause() {
    co_await stop_->sleep(Milliseconds(50));
    co_return Result<void>();
  }
  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io_, std::move(task));
  }
  dynamo::Client& dynamo() { return process_->environment().dynamo; }
  mongo::Client mongo() { return process_->environment().mongo.acquire(); }

  static std::string key_json(const std::string& pk, int sk = 0) {
    return R"({"pk":{"S":")" + pk + R"("},"sk":{"N":")" + std::to_string(sk) + R"("}})";
  }
  void put(const std::string& pk, int n, int sk = 0) {
    std::string item = key_json(pk, sk);
    item.back() = ',';
    const dynamo::PutRequest request{
        "Orders", item + R"("n":{"N":")" + std::to_string(n) + R"("}})", {}};
    mongo::must(run(dynamo().put_item(request)), "put");
  }
  static std::string id_of(const std::string& pk, int sk = 0) {
    return DocumentBuilder().text("pk", pk).int32("sk", sk).finish();
  }
  void write(const std::string& pk, int n, int sk = 0) {
    if (!written(pk, n, sk)) throw std::runtime_error("MongoDB took no write");
  }
  bool written(const std::string& pk, int n, int sk = 0) {
    const std::string id = id_of(pk, sk);
    const std::string filter = DocumentBuilder().document("_id", id).finish();
    const std::string document =
        DocumentBuilder().document("_id", id).fields(id).int32("n", n).finish();
    const mongo::WriteOp op{mongo::WriteOp::Kind::replace_upsert, filter, document};
    return mongo().bulk(orders_, {&op, 1}, true).has_value();
  }
  json item(const std::string& pk, int sk = 0) {
    const auto body = mongo::must(run(dynamo().get_item("Orders", key_json(pk, sk), true)), "get");
    const json answer = json::parse(body);
    return answer.contains("Item") ? answer["Item"] : json();
  }
  int on_dynamodb(const std::string& pk, int sk = 0) {
    const json found = item(pk, sk);
    return found.is_null() ? -1 : std::stoi(found["n"]["N"].get<std::string>());
  }
  int on_mongodb(const std::string& pk, int sk = 0) {
    const std::string filter = DocumentBuilder().document("_id", id_of(pk, sk)).finish();
    const auto found = mongo::must(mongo().find_one(orders_, filter), "find");
    return found ? static_cast<int>(DocumentView(*found).integer("n").value_or(-2)) : -1;
  }
  /// {side, image of DynamoDB, image of MongoDB} of each violation.
  std::vector<std::tuple<std::string, int, int>> violations() {
    std::vector<std::tuple<std::string, int, int>> out;
    mongo::Client client = mongo();
    const state::Parked parked(state_);
    for (const std::string& one :
         mongo::must(parked.list_violations(client, "orders", 10), "list")) {
      const DocumentView view(one);
      out.emplace_back(std::string(view.text("side").value_or("")),
                       static_cast<int>(view.integer("dynamodb.n").value_or(-1)),
                       static_cast<int>(view.integer("mongodb.n").value_or(-1)));
    }
    return out;
  }

  dynamo::Folder folder_;
  Random random_ = Random::from_system();
  std::string endpoint_;
  std::string uri_;
  std::string state_ = "crossfade_live_" + random_.id().substr(0, 12);
  mongo::Namespace orders_{"crossfade_live_shop_" + random_.id().substr(0, 12), "orders"};
  std::string subject_ = "{attribute: pk}";
  Config config_;
  RunOptions run_options_;
  boost::asio::io_context io_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Stop> stop_;
  std::unique_ptr<TaskGroup> group_;
  std::unique_ptr<Link> link_;
};

TEST_F(HandoffOfALink, NothingIsAppliedBeforeTheRulesAreKnown) {
  put("u1", 1);
  group_->start(link_->run());
  mongo::must(run(link_->wait(WaitFor::copied, kPatience)), "copied");
  put("u1", 2);
  EXPECT_FALSE(run(link_->wait(WaitFor::synced, Milliseconds(1'500))));
  EXPECT_THAT(link_->status().reason, HasSubstr("rules"));
  EXPECT_EQ(on_mongodb("u1"), 1);
  EXPECT_FALSE(link_->facts().synced);
  link_->adopt(rules_of({}), std::nullopt);
  mongo::must(run(link_->wait(WaitFor::synced, kPatience)), "synced");
  EXPECT_EQ(on_mongodb("u1"), 2);
  EXPECT_TRUE(link_->facts().synced);
}

TEST_F(HandoffOfALink, AuthorityMovesAtTheBarrierAndTokensCarryTheEpoch) {
  synced();
  put("u1", 2);
  mongo::must(run(link_->drain(Side::dynamodb, *stop_)), "drain");
  EXPECT_EQ(on_mongodb("u1"), 2);
  move_u1(now());
  write("u1", 3);
  mongo::must(run(link_->drain(Side::mongodb, *stop_)), "drain");
  EXPECT_EQ(on_dynamodb("u1"), 3);
  EXPECT_EQ(item("u1")["_crossfade"]["M"]["w"]["M"]["e"]["N"], "2");
  put("u2", 2);
  drained();
  EXPECT_EQ(on_mongodb("u2"), 2);
  EXPECT_THAT(violations(), IsEmpty());
}

/// The epoch of a link that leaves its group must not go back: guards would refuse its writes.
TEST_F(HandoffOfALink, TheEpochIsKept) {
  synced();
  move_u1(now());
  const state::LinkStore links(state_);
  const auto epoch = [&] {
    mongo::Client client = mongo();
    return mongo::must(links.find(client, "orders"), "find")->epoch;
  };
  for (int tries = 0; epoch() != 2 && tries < 300; ++tries) run(pause());
  EXPECT_EQ(epoch(), 2);
}

TEST_F(HandoffOfALink, AWrongWriteLongAfterTheFenceIsAViolation) {
  synced();
  move_u1(now() - kLongAgoMs);
  put("u1", 9);
  drained();
  EXPECT_THAT(violations(), ElementsAre(std::tuple("dynamodb", 9, 1)));
  EXPECT_EQ(on_dynamodb("u1"), 1);
}

TEST_F(HandoffOfALink, AStragglerIsAppliedIfMongoHasChangedNothing) {
  synced();
  const control::Barrier barrier = hold();
  put("u1", 2);
  flip(barrier, now());
  drained();
  EXPECT_EQ(on_mongodb("u1"), 2);
  EXPECT_EQ(on_dynamodb("u1"), 2);
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(HandoffOfALink, AStragglerIsAViolationIfMongoHas) {
  synced();
  const control::Barrier barrier = hold();
  put("u1", 2);
  write("u1", 7);
  flip(barrier, now());
  drained();
  EXPECT_EQ(on_mongodb("u1"), 7);
  EXPECT_EQ(on_dynamodb("u1"), 7);
  EXPECT_THAT(violations(), ElementsAre(std::tuple("dynamodb", 2, 7)));
}

/// Made against the former authority, so settled by it before the barriers stand.
TEST_F(HandoffOfALink, AViolationFromBeforeTheBarrierIsSettledBeforeIt) {
  synced();
  write("u1", 7);
  const control::Barrier barrier = hold();
  EXPECT_EQ(on_mongodb("u1"), 1);
  EXPECT_THAT(violations(), ElementsAre(std::tuple("mongodb", 1, 7)));
  flip(barrier, now());
  drained();
  EXPECT_EQ(on_mongodb("u1"), 1);
  EXPECT_EQ(on_dynamodb("u1"), 1);
}

TEST_F(HandoffOfALink, VerifyingComparesTheMovingKeysOnBothSides) {
  for (int sk = 1; sk <= 250; ++sk) put("u1", sk, sk);
  synced();
  put("u1", 4, 999);
  mongo::must(run(link_->drain(Side::dynamodb, *stop_)), "drain");
  for (const auto scope : {rollout::VerifyScope::recent, rollout::VerifyScope::cohort}) {
    const auto found = verify(scope, fence());
    EXPECT_EQ(found.differences, 0) << found.first;
    EXPECT_GE(found.compared, 1);
  }
  EXPECT_EQ(verify(rollout::VerifyScope::cohort, fence()).compared, 252);
  EXPECT_EQ(verify(rollout::VerifyScope::cohort, fence_of_all()).compared, 253);
  EXPECT_GT(link_->facts().verified_ms, 0);
}

TEST_F(HandoffOfALink, ADifferenceNamesTheKeyAndTheAttributes) {
  synced();
  put("u1", 1, 1);
  mongo::must(run(link_->drain(Side::dynamodb, *stop_)), "drain");
  hold();
  put("u1", 5);
  put("u1", 5, 2);
  write("u1", 5, 3);
  put("u2", 5);
  for (RuleSet rules : {fence(), fence_of_all()}) {
    const bool all = rules.next->percent > 0;
    const auto found = verify(rollout::VerifyScope::cohort, rules);
    EXPECT_EQ(found.compared, all ? 5 : 4);
    EXPECT_EQ(found.differences, all ? 4 : 3);
    EXPECT_THAT(found.first, HasSubstr(R"("pk":{"S":")"));
    EXPECT_THAT(found.first, HasSubstr(R"(differs in "n")"));
  }
  EXPECT_EQ(link_->facts().verified_ms, 0);
}

/// The subject "1" stands for the hash key "u1", so no Query can name it.
class HandoffBehindAPattern : public HandoffOfALink {
 protected:
  HandoffBehindAPattern() { subject_ = "{attribute: pk, pattern: \"u(.*)\"}"; }
};

TEST_F(HandoffBehindAPattern, TheWholeCohortIsCompared) {
  synced();
  hold();
  put("u1", 5);
  put("u2", 5);
  RuleSet rules = rules_of({});
  rules.next = rules_of({"1"}).rule;
  const auto found = verify(rollout::VerifyScope::cohort, rules);
  EXPECT_EQ(found.compared, 1);
  EXPECT_EQ(found.differences, 1);
  EXPECT_THAT(found.first, HasSubstr("u1"));
}

TEST_F(HandoffOfALink, ALimitEndsEachCall) {
  synced();
  Stop limit(*stop_);
  limit.request();
  EXPECT_EQ(run(link_->drain(Side::dynamodb, limit)).error().fault, Fault::stopped);
  EXPECT_EQ(run(link_->drain(Side::mongodb, limit)).error().fault, Fault::stopped);
  EXPECT_EQ(run(link_->hold(true, limit)).error().fault, Fault::stopped);
  link_->release();
  const auto verified = run(link_->verify(rollout::VerifyScope::recent, fence(), limit));
  EXPECT_EQ(verified.error().fault, Fault::stopped);
  put("u1", 2);
  drained();
  EXPECT_EQ(on_mongodb("u1"), 2);
}

TEST_F(HandoffOfALink, FactsAreTheNumbersOfTheStores) {
  synced();
  write("u1", 9);
  drained();
  for (int tries = 0; link_->facts().oplog_headroom_hours > 1e5 && tries < 300; ++tries)
    run(pause());
  const rollout::LinkFacts facts = link_->facts();
  EXPECT_EQ(facts.violations, 1);
  EXPECT_EQ(facts.forward_lag_ms, 0);
  EXPECT_GT(facts.stream_headroom_hours, 23.9);
  EXPECT_LE(facts.stream_headroom_hours, 24);
  EXPECT_GT(facts.oplog_headroom_hours, 0);
  EXPECT_LT(facts.oplog_headroom_hours, 1e5);
  EXPECT_GT(facts.log_free_fraction, 0.99);
  EXPECT_EQ(facts.trouble, "");
}

/// A process that was killed may have left one open, which the server gives up after a minute.
TEST_F(HandoffOfALink, AStartDoesNotWaitForAnOpenTransaction) {
  synced();
  end_process();
  begin_process();
  mongo::Session session = mongo::must(mongo::Session::start(mongo()), "session");
  mongo::must(session.begin(), "begin");
  const std::string filter = DocumentBuilder().document("_id", id_of("u9")).finish();
  const std::string document = DocumentBuilder().document("_id", id_of("u9")).finish();
  const mongo::WriteOp op{mongo::WriteOp::Kind::replace_upsert, filter, document};
  mongo::must(session.client().bulk(orders_, {&op, 1}, true, &session), "write");
  link_->adopt(rules_of({}), std::nullopt);
  group_->start(link_->run());
  const auto began = std::chrono::steady_clock::now();
  while (!link_->facts().synced && std::chrono::steady_clock::now() - began < kPatience)
    run(pause());
  EXPECT_LT(std::chrono::steady_clock::now() - began, Milliseconds(10'000));
}

/// What a person decides is written where nothing has changed since it was looked at.
class ResolverOfALink : public HandoffOfALink {
 protected:
  void SetUp() override {
    HandoffOfALink::SetUp();
    auto made =
        run(set_up_link(config_.links.front(), process_->environment(), io_.get_executor()));
    setup_ = std::move(made).value();
    resolver_.emplace(
        LinkParts{config_.links.front(), process_->environment(), *setup_, health_, *stop_},
        [](const Key&) { return Side::dynamodb; }, [] { return Result<void>(); });
  }
  void TearDown() override {
    resolver_.reset();
    setup_.reset();
    HandoffOfALink::TearDown();
  }

  Key key(const std::string& pk) const {
    return {DocumentBuilder().document("_id", id_of(pk)).finish()};
  }
  std::string document(const std::string& pk, int n) const {
    const std::string id = id_of(pk);
    return DocumentBuilder().document("_id", id).fields(id).int32("n", n).finish();
  }
  void put_on(Side side, const std::string& pk, int n) {
    side == Side::dynamodb ? put(pk, n) : write(pk, n);
  }
  int on(Side side, const std::string& pk) {
    return side == Side::dynamodb ? on_dynamodb(pk) : on_mongodb(pk);
  }
  Standing read(Side side, const std::string& pk) {
    return mongo::must(run(resolver_->read(side, key(pk))), "read");
  }
  /// With -1 for no value.
  std::string replace(Side side, const std::string& pk, Standing read, int n) {
    std::optional<std::string> image;
    if (n >= 0) image = document(pk, n);
    const auto done = run(resolver_->replace(side, key(pk), std::move(read), std::move(image)));
    return done ? "" : done.error().message;
  }

  Health health_;
  std::optional<LinkSetup> setup_;
  std::optional<Resolver> resolver_;
};

TEST_F(ResolverOfALink, WritesOverWhatItHasRead) {
  for (const Side side : {Side::dynamodb, Side::mongodb}) {
    EXPECT_EQ(replace(side, "u1", read(side, "u1"), 1), "") << "there was none";
    EXPECT_EQ(on(side, "u1"), 1);
    EXPECT_EQ(replace(side, "u1", read(side, "u1"), 2), "");
    EXPECT_EQ(on(side, "u1"), 2);
    EXPECT_EQ(replace(side, "u1", read(side, "u1"), -1), "");
    EXPECT_EQ(on(side, "u1"), -1);
  }
}

TEST_F(ResolverOfALink, WritesNothingOverWhatHasChangedSince) {
  for (const Side side : {Side::dynamodb, Side::mongodb}) {
    const Standing none = read(side, "u1");
    put_on(side, "u1", 1);
    EXPECT_THAT(replace(side, "u1", none, 9), HasSubstr("was changed since"));
    EXPECT_EQ(on(side, "u1"), 1);
    const Standing first = read(side, "u1");
    put_on(side, "u1", 2);
    EXPECT_THAT(replace(side, "u1", first, 9), HasSubstr("was changed since"));
    EXPECT_THAT(replace(side, "u1", first, -1), HasSubstr("was changed since"));
    EXPECT_EQ(on(side, "u1"), 2);
  }
}

/// MongoDB is killed with changes that are in DynamoDB, one that only the log has, and one that
/// nobody has captured; authority goes back to DynamoDB meanwhile.
class Unplanned : public HandoffOfALink {
 protected:
  std::string mongodb() override { return mongod_.uri(); }
  void SetUp() override {
    HandoffOfALink::SetUp();
    if (HasFatalFailure()) return;
    synced();
    move_u1(now() - kLongAgoMs);
    write("u1", 2);
    mongo::must(run(link_->drain(Side::mongodb, *stop_)), "drain");
  }
  control::HandoffRecord back(const control::Barrier& barrier) {
    control::HandoffRecord out = record(barrier, now());
    std::swap(out.from, out.to);
    out.unplanned = true;
    return out;
  }
  /// MongoDB is gone and comes back; what it took last was not captured.
  control::Barrier strand() {
    const auto barrier = mongo::must(run(link_->hold(false, *stop_)), "hold");
    link_->adopt(rules_of({}, 3), back(barrier));
    return barrier;
  }

  mongo::OwnMongod mongod_{"small-oplog"};
};

TEST_F(Unplanned, WhatWasCapturedIsAppliedAndTheRestIsRecovered) {
  mongod_.kill();
  const control::Barrier barrier = strand();
  put("u1", 5);
  mongod_.again();
  for (int tries = 0; tries < 300 && !written("u1", 3); ++tries) run(pause());
  const auto found = mongo::must(run(link_->recover(*stop_)), "recover");
  EXPECT_EQ(found.changes, 1);
  EXPECT_EQ(found.violations, 1);
  drained();
  EXPECT_EQ(on_dynamodb("u1"), 5);
  EXPECT_EQ(on_mongodb("u1"), 5);
  EXPECT_THAT(violations(), ElementsAre(std::tuple("mongodb", 5, 3)));
  EXPECT_GT(barrier.backward, 0);
}

TEST_F(Unplanned, TheNextProcessStaysAtTheBarrierUntilItIsRecovered) {
  mongod_.kill();
  const control::Barrier barrier = strand();
  put("u1", 5);
  end_process();
  mongod_.again();
  begin_process();
  link_->adopt(rules_of({}, 3), back(barrier));
  link_->strand(barrier);
  while (!written("u1", 3)) run(pause());
  put("u2", 8);
  group_->start(link_->run());
  while (!link_->facts().synced) run(pause());
  for (int tries = 0; tries < 30; ++tries) run(pause());
  EXPECT_EQ(on_mongodb("u2"), 1) << "the forward direction waits";
  EXPECT_THAT(violations(), IsEmpty());
  mongo::must(run(link_->recover(*stop_)), "recover");
  drained();
  EXPECT_EQ(on_mongodb("u1"), 5);
  EXPECT_EQ(on_mongodb("u2"), 8);
  EXPECT_THAT(violations(), ElementsAre(std::tuple("mongodb", 5, 3)));
}

}  // namespace
}  // namespace crossfade::sync
