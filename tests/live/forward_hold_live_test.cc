// The forward apply on a real MongoDB, fed by a log of the test's own: what a hand-off asks of it.
#include <gmock/gmock.h>

#include "forward/apply.h"
#include "tests/live/mongo_fixture.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::forward {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kLink = "orders";
constexpr std::string_view kNowhere = "http://127.0.0.1:9";

Key key_of(const std::string& pk) {
  return {DocumentBuilder().text("_id", pk).finish()};
}

std::string document_of(const std::string& pk, int n) {
  return DocumentBuilder().text("_id", pk).text("pk", pk).int32("n", n).finish();
}

class ForwardHold : public mongo::MongoTest {
 protected:
  void SetUp() override {
    MongoTest::SetUp();
    if (HasFatalFailure()) return;
    state_ = "crossfade_live_" + random_.id().substr(0, 12);
    create(where_);
    lanes_pool_ = make_pool(uri_);
    open_log();
    client_ = make_client();
    parent_ = std::make_unique<Stop>(io_.get_executor());
    begin();
  }
  void TearDown() override {
    end();
    log_file_.reset();
    threads_.join();
    for (const char* name : {"lanes", "writers", "violations", "dead_letters"})
      drop({state_, name});
    MongoTest::TearDown();
  }

  void open_log() {
    eventlog::Options options;
    options.directory = folder_.path("log");
    options.min_free_bytes = 0;
    log_file_ = mongo::must(
        eventlog::EventLog::open(options, io_.get_executor(), threads_, clock_, log_), "open");
  }
  std::unique_ptr<dynamo::Client> make_client() {
    dynamo::ClientOptions options;
    options.endpoint = kNowhere;
    options.region = "us-east-1";
    return mongo::must(
        dynamo::Client::create(options, dynamo::Environment::system(),
                               {io_.get_executor(), threads_, clock_, random_, log_}),
        "client");
  }

  /// A process begins.
  void begin() {
    ApplyOptions options;
    options.link = kLink;
    options.table = "Orders";
    options.collection = where_;
    options.state_database = state_;
    options.lanes = 2;
    options.by_key_too = true;
    ApplyContext context{*client_,
                         mapper_,
                         *log_file_,
                         *pool_,
                         *lanes_pool_,
                         threads_,
                         restorer_of_backward(),
                         [this](const Change& change, eventlog::Position at) {
                           return judge(change, at, owners_, last_);
                         },
                         [this](const Key& key, Stop&) { return changed(key); },
                         arbiter_,
                         progress_,
                         health_,
                         clock_,
                         random_,
                         log_};
    stop_ = std::make_unique<Stop>(*parent_);
    group_ = std::make_unique<TaskGroup>(*stop_);
    apply_ = std::make_unique<Apply>(std::move(options), std::move(context), *stop_);
    mongo::must(run(apply_->prepare()), "prepare");
    group_->start(apply_->run());
  }
  void end() {
    if (!apply_) return;
    stop_->request();
    EXPECT_TRUE(run(group_->join()));
    apply_.reset();
    group_.reset();
  }
  state::Restorer& restorer_of_backward() {
    if (!restorer_) {
      eventlog::Options options;
      options.directory = folder_.path("backward");
      options.min_free_bytes = 0;
      other_log_ = mongo::must(
          eventlog::EventLog::open(options, io_.get_executor(), threads_, clock_, log_), "open");
      restorer_ = std::make_unique<state::Restorer>(*other_log_);
    }
    return *restorer_;
  }
  /// What the backward direction says: `says_`, after it has done `meanwhile_`.
  Task<Result<bool>> changed(Key) {
    ++asked_;
    if (meanwhile_) std::exchange(meanwhile_, nullptr)();
    co_return says_;
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io_, std::move(task));
  }
  Result<void> settle() { return run(apply_->settle(*stop_)); }
  Result<void> reach_end() { return run(apply_->reach(log_file_->end(), *stop_)); }

  void append(ChangeKind kind, const std::string& pk, int n = 0, std::int64_t earliest_ms = 0) {
    Change change;
    change.kind = kind;
    change.key = key_of(pk);
    if (kind == ChangeKind::put) change.image = document_of(pk, n);
    change.earliest_ms = earliest_ms;
    std::vector<std::string> records{encode(change)};
    mongo::must(run(log_file_->append(std::move(records))), "append");
  }
  void put(const std::string& pk, int n, std::int64_t earliest_ms = 0) {
    append(ChangeKind::put, pk, n, earliest_ms);
  }
  /// A write of MongoDB's own client.
  void write(const std::string& pk, int n) {
    const std::string id = key_of(pk).bson;
    const std::string document = document_of(pk, n);
    const mongo::WriteOp op{mongo::WriteOp::Kind::replace_upsert, id, document};
    mongo::must(pool_->acquire().bulk(where_, {&op, 1}, true), "write");
  }
  int value(const std::string& pk) {
    const auto found = mongo::must(pool_->acquire().find_one(where_, key_of(pk).bson), "find");
    return found ? static_cast<int>(DocumentView(*found).integer("n").value_or(-2)) : -1;
  }
  std::int64_t documents() {
    return mongo::must(pool_->acquire().count(where_, DocumentBuilder().finish(), 0), "count");
  }
  std::vector<std::int64_t> stored() {
    std::vector<std::int64_t> out;
    const state::Checkpoints checkpoints(state_);
    for (int lane = 0; lane < 2; ++lane) {
      mongo::Client client = pool_->acquire();
      const auto id = state::lane_id(kLink, "forward", lane);
      out.push_back(mongo::must(checkpoints.read(client, id), "checkpoint").offset);
    }
    return out;
  }
  /// {image of DynamoDB, image of MongoDB}, -1 for none, of each violation.
  std::vector<std::pair<int, int>> violations() {
    std::vector<std::pair<int, int>> out;
    mongo::Client client = pool_->acquire();
    const state::Parked parked(state_);
    for (const std::string& one : mongo::must(parked.list_violations(client, kLink, 10), "list")) {
      const DocumentView view(one);
      out.emplace_back(static_cast<int>(view.integer("dynamodb.n").value_or(-1)),
                       static_cast<int>(view.integer("mongodb.n").value_or(-1)));
    }
    return out;
  }

  dynamo::Folder folder_;
  boost::asio::io_context io_;
  ThreadPool threads_{4};
  SystemClock clock_;
  Random random_ = Random::from_system();
  codec::Mapper mapper_{[] {
    codec::MappingOptions options;
    options.key.hash = {"pk", codec::KeyType::text};
    return options;
  }()};
  std::unique_ptr<dynamo::Client> client_;
  std::unique_ptr<mongo::Pool> lanes_pool_;
  std::unique_ptr<eventlog::EventLog> log_file_;
  std::unique_ptr<eventlog::EventLog> other_log_;
  std::unique_ptr<state::Restorer> restorer_;
  state::Arbiter arbiter_{{}, Side::dynamodb, mapper_, nullptr};
  Progress progress_;
  Health health_;
  std::string state_;
  std::unique_ptr<Stop> parent_;
  std::unique_ptr<Stop> stop_;
  std::unique_ptr<TaskGroup> group_;
  std::unique_ptr<Apply> apply_;

  Owners owners_;
  LastHandoff last_;
  bool says_ = false;
  std::function<void()> meanwhile_;
  int asked_ = 0;
};

TEST_F(ForwardHold, NothingBeyondTheBarrierIsAppliedUntilItIsReleased) {
  for (int n = 0; n < 20; ++n) put("before" + std::to_string(n), n);
  const eventlog::Position barrier = log_file_->end();
  apply_->hold(barrier);
  for (int n = 0; n < 20; ++n) put("behind" + std::to_string(n), n);
  ASSERT_TRUE(settle());
  EXPECT_EQ(apply_->applied(), barrier);
  EXPECT_THAT(stored(), ElementsAre(barrier, barrier)) << "also of a lane without work there";
  EXPECT_EQ(documents(), 20);
  apply_->release();
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(documents(), 40);
}

TEST_F(ForwardHold, AHeldBarrierMovesOn) {
  put("a", 1);
  apply_->hold(log_file_->end());
  ASSERT_TRUE(reach_end());
  put("b", 1);
  apply_->hold(log_file_->end());
  put("c", 1);
  ASSERT_TRUE(settle());
  EXPECT_EQ(value("b"), 1);
  EXPECT_EQ(value("c"), -1);
}

TEST_F(ForwardHold, SettlingEndsWithItsLimit) {
  apply_->hold(log_file_->end() + 1);
  Stop limit(io_.get_executor());
  limit.request();
  const auto settled = run(apply_->settle(limit));
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::stopped);
  apply_->release();
  put("a", 1);
  ASSERT_TRUE(reach_end());
}

/// Being held is not stored: the next process begins at the barrier, and goes on.
TEST_F(ForwardHold, TheNextProcessBeginsAtTheBarrier) {
  put("a", 1);
  const eventlog::Position barrier = log_file_->end();
  apply_->hold(barrier);
  ASSERT_TRUE(settle());
  put("a", 2);
  end();
  EXPECT_EQ(value("a"), 1);
  begin();
  EXPECT_EQ(apply_->applied(), barrier);
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("a"), 2);
}

/// Keys have moved to MongoDB at the present end of the log.
class Straggler : public ForwardHold {
 protected:
  void SetUp() override {
    ForwardHold::SetUp();
    if (HasFatalFailure()) return;
    put("a", 1);
    mongo::must(reach_end(), "reach");
    owners_ = {Side::dynamodb, Side::mongodb};
    last_ = {log_file_->end(), clock_.wall_ms()};
  }
  std::int64_t before_the_fence() const { return last_.fence_ms - 5'000; }
  std::int64_t long_after() const { return last_.fence_ms + 60'000; }
};

TEST_F(Straggler, IsAppliedWhereMongoHasChangedNothing) {
  put("a", 2, before_the_fence());
  put("new", 3, before_the_fence());
  append(ChangeKind::remove, "a", 0, before_the_fence());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(value("a"), -1);
  EXPECT_EQ(value("new"), 3);
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(Straggler, IsAViolationWhereMongoHas) {
  write("a", 7);
  says_ = true;
  put("a", 2, before_the_fence());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("a"), 7);
  EXPECT_THAT(violations(), ElementsAre(std::pair(2, 7)));
  EXPECT_EQ(restorer_->asked(), 1) << "the item is MongoDB's to restore";
}

/// The change comes after the log was searched: the transaction meets another document than was
/// read, and the record is judged anew.
TEST_F(Straggler, IsJudgedAnewWhenTheDocumentChangesMeanwhile) {
  meanwhile_ = [this] {
    meanwhile_ = [this] { says_ = true; };
    write("a", 7);
  };
  put("a", 2, before_the_fence());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(value("a"), 7);
  EXPECT_THAT(violations(), ElementsAre(std::pair(2, 7)));
}

TEST_F(Straggler, IsJudgedAnewWhenTheDocumentAppearsMeanwhile) {
  meanwhile_ = [this] {
    meanwhile_ = [this] { says_ = true; };
    const std::string foreign =
        DocumentBuilder().text("_id", "foreign").text("pk", "new").int32("n", 7).finish();
    const mongo::WriteOp op{mongo::WriteOp::Kind::insert, {}, foreign};
    mongo::must(pool_->acquire().bulk(where_, {&op, 1}, true), "insert");
  };
  put("new", 2, before_the_fence());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(asked_, 2);
  EXPECT_THAT(violations(), ElementsAre(std::pair(2, 7)));
}

TEST_F(Straggler, ARecordOfLongAfterTheFenceIsNone) {
  put("a", 2, long_after());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(value("a"), 1);
  EXPECT_THAT(violations(), ElementsAre(std::pair(2, 1)));
}

/// Others of the same lane are not held up.
TEST_F(Straggler, StandsAmongOtherRecords) {
  put("x", 1, long_after());
  put("a", 2, before_the_fence());
  put("y", 1, long_after());
  ASSERT_TRUE(reach_end());
  EXPECT_EQ(value("a"), 2);
  EXPECT_EQ(violations().size(), 2U);
}

}  // namespace
}  // namespace crossfade::forward
