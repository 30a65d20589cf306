// The backward apply on the real engines, fed by a log of the test's own: what a hand-off asks of
// it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "backward/apply.h"
#include "tests/live/mongo_fixture.h"
#include "tests/live/own_mongod.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::backward {
namespace {

using codec::DocumentBuilder;
using nlohmann::json;
using ::testing::ElementsAre;

constexpr auto kLink = "orders";

Key key_of(const std::string& pk) {
  return {DocumentBuilder().text("_id", pk).finish()};
}

class BackwardHold : public testing::Test {
 protected:
  void SetUp() override {
    const char* endpoint = std::getenv("CROSSFADE_DYNAMODB_ENDPOINT");
    ASSERT_NE(endpoint, nullptr) << "start the engines first: deploy/local/engines.sh start";
    mongo::PoolOptions pool;
    pool.uri = mongodb();
    pool.server_selection_timeout = Milliseconds(300);
    pool_ = mongo::must(mongo::Pool::create(pool, log_), "pool");
    client_ = make_client(endpoint);
    create_table();
    forward_log_ = open_log("forward");
    log_file_ = open_log("backward");
    restorer_ = std::make_unique<state::Restorer>(*forward_log_);
    parent_ = std::make_unique<Stop>(io_.get_executor());
    begin();
  }
  void TearDown() override {
    end();
    const std::string drop = DocumentBuilder().int32("dropDatabase", 1).finish();
    if (pool_) pool_->acquire().command(state_, drop);
    log_file_.reset();
    forward_log_.reset();
    threads_.join();
  }

  virtual std::string mongodb() {
    const char* uri = std::getenv("CROSSFADE_MONGODB_URI");
    return uri == nullptr ? "mongodb://127.0.0.1:9/?replicaSet=rs0" : uri;
  }
  std::unique_ptr<dynamo::Client> make_client(const std::string& endpoint) {
    dynamo::ClientOptions options;
    options.endpoint = endpoint;
    options.region = "us-east-1";
    dynamo::Environment own = dynamo::Environment::system();
    own.variable = [keys = "live" + random_.id().substr(0, 12)](const std::string& name) {
      return name.starts_with("AWS_") && name.ends_with("KEY_ID") ? keys
             : name == "AWS_SECRET_ACCESS_KEY"                    ? keys
                                                                  : std::string();
    };
    return mongo::must(
        dynamo::Client::create(options, own, {io_.get_executor(), threads_, clock_, random_, log_}),
        "client");
  }
  void create_table() {
    json request = json::parse(R"({
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"})");
    request["TableName"] = "Orders";
    mongo::must(run(client_->create_table(request.dump())), "create");
  }
  std::unique_ptr<eventlog::EventLog> open_log(const std::string& name) {
    eventlog::Options options;
    options.directory = folder_.path(name);
    options.min_free_bytes = 0;
    return mongo::must(
        eventlog::EventLog::open(options, io_.get_executor(), threads_, clock_, log_), "open");
  }

  void begin(eventlog::Position done_until = 0) {
    ItemWriterOptions writer{"link-id", "Orders", "pk"};
    writer_ = std::make_unique<ItemWriter>(writer, *client_, mapper_, clock_);
    ApplyOptions options;
    options.link = kLink;
    options.table = "Orders";
    options.collection = collection_;
    options.state_database = state_;
    options.done_until = done_until;
    arbiter_.emplace(state::Arbiter::Rules{policy_, kMinuteMs}, Side::mongodb, mapper_, nullptr);
    ApplyContext context{
        *client_,   *writer_,
        mapper_,    *log_file_,
        *pool_,     threads_,
        *restorer_, [this](const Key& key, eventlog::Position at) { return owner(key, at); },
        *arbiter_,  progress_,
        health_,    clock_,
        random_,    log_};
    stop_ = std::make_unique<Stop>(*parent_);
    group_ = std::make_unique<TaskGroup>(*stop_);
    apply_ = std::make_unique<Apply>(std::move(options), std::move(context), *stop_);
    mongo::must(run(apply_->prepare()), "prepare");
    group_->start(apply_->run());
  }
  void end() {
    if (!apply_) return;
    stop_->request();
    run(group_->join());
    apply_.reset();
    group_.reset();
  }
  /// Keys that begin with "d" are DynamoDB's; all are from `flipped_` on.
  Side owner(const Key& key, eventlog::Position at) const {
    const bool dynamo = key.bson.find("pk-d") != std::string::npos;
    return dynamo || at >= flipped_ ? Side::dynamodb : Side::mongodb;
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io_, std::move(task));
  }
  Result<void> settle() { return run(apply_->settle(*stop_)); }
  Result<void> reach_end() { return run(apply_->reach(log_file_->end(), *stop_)); }

  eventlog::Position append(ChangeKind kind, const std::string& pk, int n = 0) {
    Change change;
    change.kind = kind;
    change.key = key_of(pk);
    if (kind == ChangeKind::put) change.image = document_of(pk, n);
    if (kind == ChangeKind::rejected) change.reason = "It has no form.";
    std::vector<std::string> records{encode(change)};
    return mongo::must(run(log_file_->append(std::move(records))), "append").front();
  }
  eventlog::Position put(const std::string& pk, int n) { return append(ChangeKind::put, pk, n); }
  static std::string document_of(const std::string& pk, int n) {
    return DocumentBuilder().text("_id", pk).text("pk", pk).int32("n", n).finish();
  }
  int value(const std::string& pk) {
    const std::string key = R"({"pk":{"S":")" + pk + R"("}})";
    const json body = json::parse(mongo::must(run(client_->get_item("Orders", key, true)), "get"));
    return body.contains("Item") ? std::stoi(body["Item"]["n"]["N"].get<std::string>()) : -1;
  }
  void put_item(const std::string& pk, int n) {
    const dynamo::PutRequest request{
        "Orders", R"({"pk":{"S":")" + pk + R"("},"n":{"N":")" + std::to_string(n) + R"("}})", {}};
    mongo::must(run(client_->put_item(request)), "put");
  }
  std::int64_t stored() {
    mongo::Client client = pool_->acquire();
    const auto id = state::lane_id(kLink, "backward", 0);
    return mongo::must(state::Checkpoints(state_).read(client, id), "read").offset;
  }

  dynamo::Folder folder_;
  boost::asio::io_context io_;
  ThreadPool threads_{4};
  SystemClock clock_;
  Random random_ = Random::from_system();
  Log log_{LogLevel::off};
  codec::Mapper mapper_{[] {
    codec::MappingOptions options;
    options.key.hash = {"pk", codec::KeyType::text};
    return options;
  }()};
  mongo::Namespace collection_{"crossfade_live", "orders"};
  std::string state_ = "crossfade_live_" + random_.id().substr(0, 12);
  std::unique_ptr<mongo::Pool> pool_;
  std::unique_ptr<dynamo::Client> client_;
  std::unique_ptr<eventlog::EventLog> forward_log_;
  std::unique_ptr<eventlog::EventLog> log_file_;
  std::unique_ptr<state::Restorer> restorer_;
  std::unique_ptr<ItemWriter> writer_;
  ConflictPolicy policy_ = ConflictPolicy::authority;
  std::optional<state::Arbiter> arbiter_;
  Progress progress_;
  Health health_;
  std::unique_ptr<Stop> parent_;
  std::unique_ptr<Stop> stop_;
  std::unique_ptr<TaskGroup> group_;
  std::unique_ptr<Apply> apply_;
  eventlog::Position flipped_ = kPresent;
};

TEST_F(BackwardHold, NothingBeyondTheBarrierIsAppliedUntilItIsReleased) {
  for (int n = 0; n < 10; ++n) put("pk-" + std::to_string(n), 1);
  const eventlog::Position barrier = log_file_->end();
  apply_->hold(barrier);
  for (int n = 0; n < 20; ++n) put("pk-" + std::to_string(n), 2);
  ASSERT_TRUE(settle());
  EXPECT_EQ(apply_->applied(), barrier);
  EXPECT_EQ(stored(), barrier);
  EXPECT_EQ(value("pk-9"), 1);
  EXPECT_EQ(value("pk-19"), -1);
  apply_->release();
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-9"), 2);
  EXPECT_EQ(value("pk-19"), 2);
}

/// Records behind the barrier are the next rule's to judge, also when they came before the flip.
TEST_F(BackwardHold, WhatCameBehindTheBarrierIsJudgedByTheNextRule) {
  put("pk-1", 1);
  flipped_ = log_file_->end();
  apply_->hold(flipped_);
  put("pk-1", 2);
  ASSERT_TRUE(settle());
  apply_->release();
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-1"), 1);
  EXPECT_EQ(restorer_->asked(), 1);
}

TEST_F(BackwardHold, ARestoreOfAKeyThatHasMovedIsHandedOver) {
  flipped_ = 0;
  append(ChangeKind::restore, "pk-1");
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(restorer_->asked(), 1);
}

class BackwardStranded : public BackwardHold {
 protected:
  std::string mongodb() override { return mongod_.uri(); }

  mongo::OwnMongod mongod_{"small-oplog"};
};

/// Puts and removals are applied with MongoDB dead. What needs it waits, and the barrier stands
/// before the first of these.
TEST_F(BackwardStranded, WithoutMongoAllIsAppliedThatNeedsNone) {
  put("pk-gone", 1);
  ASSERT_TRUE(reach_end());
  mongod_.kill();
  put("pk-1", 1);
  append(ChangeKind::remove, "pk-gone");
  const eventlog::Position violation = put("pk-d", 7);
  append(ChangeKind::rejected, "pk-2");
  append(ChangeKind::restore, "pk-3");
  append(ChangeKind::restore, "pk-4");
  put("pk-4", 4);
  for (int n = 0; n < 200; ++n) put("pk-many-" + std::to_string(n), n);
  apply_->hold(log_file_->end());
  const auto barrier = run(apply_->strand(*stop_));
  ASSERT_TRUE(barrier) << barrier.error().message;
  EXPECT_EQ(*barrier, violation);
  EXPECT_EQ(value("pk-1"), 1);
  EXPECT_EQ(value("pk-gone"), -1);
  EXPECT_EQ(value("pk-4"), 4) << "a restore does not hold up what came behind it";
  EXPECT_EQ(value("pk-many-199"), 199);
  EXPECT_EQ(value("pk-d"), -1);
}

TEST_F(BackwardStranded, WithoutAnythingThatNeedsMongoTheBarrierIsTheEnd) {
  mongod_.kill();
  put("pk-1", 1);
  apply_->hold(log_file_->end());
  EXPECT_EQ(*run(apply_->strand(*stop_)), log_file_->end());
  EXPECT_EQ(value("pk-1"), 1);
}

/// No checkpoint could be stored, so the journal's barrier stands for it: a put from before it
/// would take the place of what the application has written since.
TEST_F(BackwardHold, TheNextProcessGoesOnAtTheBarrierOfTheJournal) {
  apply_->hold(log_file_->end());
  ASSERT_TRUE(settle());
  end();
  put("pk-1", 1);
  flipped_ = log_file_->end();
  put_item("pk-1", 5);
  put("pk-1", 2);
  begin(flipped_);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-1"), 5);
  EXPECT_EQ(restorer_->asked(), 1) << "what came behind it is a violation";
}

/// A process that dies between what a policy has written and the violation's outcome.
class BackwardSettle : public BackwardHold {
 protected:
  BackwardSettle() { policy_ = ConflictPolicy::merge; }

  /// MongoDB changed the value from `before` to `after`.
  eventlog::Position change(const std::string& pk, int before, int after) {
    Change change;
    change.key = key_of(pk);
    change.image = document_of(pk, after);
    change.before = Former{document_of(pk, before)};
    std::vector<std::string> records{encode(change)};
    return mongo::must(run(log_file_->append(std::move(records))), "append").front();
  }
  std::string violation(eventlog::Position position) {
    mongo::Client client = pool_->acquire();
    const std::string id = std::string(kLink) + "/backward/" + std::to_string(position);
    return mongo::must(state::Parked(state_).find_violation(client, id), "find").value_or("");
  }
  std::string outcome(eventlog::Position position) {
    const std::string stored = violation(position);
    return std::string(codec::DocumentView(stored).text("outcome").value_or("none"));
  }
  void set(const std::string& collection, const std::string& filter, const std::string& fields) {
    mongo::Client client = pool_->acquire();
    const std::string update = DocumentBuilder().document("$set", fields).finish();
    mongo::must(client.update_one({state_, collection}, filter, update, false), "set");
  }
  /// The next process finds the record as it was before its violation had an outcome.
  void die_before_the_outcome_of(eventlog::Position position) {
    end();
    const std::string id = std::string(kLink) + "/backward/" + std::to_string(position);
    set("violations", DocumentBuilder().text("_id", id).finish(),
        DocumentBuilder().null("outcome").text("intended", "merged").finish());
    set("lanes", DocumentBuilder().text("_id", state::lane_id(kLink, "backward", 0)).finish(),
        DocumentBuilder().int64("offset", position).finish());
    begin();
  }
};

TEST_F(BackwardSettle, AMergeIsWrittenAndAskedFor) {
  put_item("pk-d", 1);
  const eventlog::Position merged = change("pk-d", 1, 2);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-d"), 2);
  EXPECT_EQ(outcome(merged), "merged");
  EXPECT_EQ(restorer_->asked(), 1);
  const eventlog::Position restored = change("pk-d", 1, 3);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-d"), 2);
  EXPECT_EQ(outcome(restored), "restored");
  EXPECT_EQ(restorer_->asked(), 2);
}

/// Judged anew it would be restored: the owner's value is no longer what the change has found.
TEST_F(BackwardSettle, WhatWasWrittenBeforeTheProcessDiedIsNotJudgedAnew) {
  put_item("pk-d", 1);
  const eventlog::Position position = change("pk-d", 1, 2);
  ASSERT_TRUE(reach_end());
  die_before_the_outcome_of(position);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-d"), 2);
  EXPECT_EQ(outcome(position), "merged");
  const std::string stored = violation(position);
  EXPECT_EQ(codec::DocumentView(stored).integer("dynamodb.n"), 1) << "both images are still there";
  EXPECT_EQ(codec::DocumentView(stored).integer("mongodb.n"), 2);
  EXPECT_EQ(restorer_->asked(), 2);
}

TEST_F(BackwardSettle, WhatAnApplicationHasReplacedSinceIsJudgedByThat) {
  put_item("pk-d", 1);
  const eventlog::Position position = change("pk-d", 1, 2);
  ASSERT_TRUE(reach_end());
  put_item("pk-d", 7);
  die_before_the_outcome_of(position);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-d"), 7);
  EXPECT_EQ(outcome(position), "restored");
}

/// What is final stays so, whatever the key is by then.
TEST_F(BackwardSettle, AViolationWithAnOutcomeIsOnlyAskedForAgain) {
  put_item("pk-d", 1);
  const eventlog::Position position = change("pk-d", 1, 2);
  ASSERT_TRUE(reach_end());
  put_item("pk-d", 1);
  end();
  set("lanes", DocumentBuilder().text("_id", state::lane_id(kLink, "backward", 0)).finish(),
      DocumentBuilder().int64("offset", position).finish());
  begin();
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("pk-d"), 1);
  EXPECT_EQ(outcome(position), "merged");
  EXPECT_EQ(restorer_->asked(), 2);
}

}  // namespace
}  // namespace crossfade::backward
