// Deployments other than a healthy replica set: each test starts its own mongod.
#include <gmock/gmock.h>

#include <functional>

#include "tests/live/mongo_fixture.h"
#include "tests/live/own_mongod.h"

namespace crossfade::mongo {
namespace {

using testing::HasSubstr;

class MongoDeployment : public testing::Test {
 protected:
  std::unique_ptr<Pool> pool(const std::string& uri) {
    PoolOptions options;
    options.uri = uri;
    options.server_selection_timeout = Milliseconds(1'500);
    return must(Pool::create(options, log_), "create a pool");
  }

  Result<ChangeBatch> events_from(Pool& from, const ChangeStreamOptions& options) {
    auto stream = ChangeStream::open(from.acquire(), options);
    if (!stream) return stream.error();
    auto batch = stream->next();
    return batch ? stream->next() : batch;
  }

  Result<BulkResult> insert(Pool& into, const std::string& document) {
    const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
    return into.acquire().bulk(where_, one, true);
  }

  Log log_{LogLevel::off};
  const Namespace where_{"crossfade_live", "deployment"};
};

TEST_F(MongoDeployment, AStandaloneIsToldToBecomeAReplicaSet) {
  const OwnMongod standalone("standalone");
  auto alone = pool(standalone.uri());
  const auto facts = must(alone->acquire().server(), "server");
  EXPECT_EQ(facts.replica_set, "");
  EXPECT_FALSE(facts.can_watch());

  ChangeStreamOptions options;
  options.namespaces = {where_};
  const auto watched = ChangeStream::open(alone->acquire(), options);
  ASSERT_FALSE(watched);
  EXPECT_EQ(watched.error().fault, Fault::invalid);
  EXPECT_THAT(watched.error().message, HasSubstr("need a replica set"));

  auto lane = must(Session::start(alone->acquire()), "start a session");
  must(lane.begin(), "begin");
  const std::string document = by_id(1);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  const auto written = lane.client().bulk(where_, one, true, &lane);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().fault, Fault::invalid) << written.error().detail;
  EXPECT_THAT(written.error().message, HasSubstr("need a replica set"));

  const auto misnamed = pool(standalone.uri() + "?replicaSet=rs0")->acquire().server();
  ASSERT_FALSE(misnamed);
  EXPECT_EQ(misnamed.error().fault, Fault::unavailable);
  EXPECT_THAT(misnamed.error().message, HasSubstr("is it a replica set of that name"));
}

TEST_F(MongoDeployment, APositionThatTheOplogHasForgottenIsLostHistory) {
  const OwnMongod small("small-oplog");
  auto forgetful = pool(small.uri());
  ChangeStreamOptions from_time;
  from_time.namespaces = {where_};
  ChangeStreamOptions from_token = from_time;
  {
    auto stream = must(ChangeStream::open(forgetful->acquire(), from_time), "watch");
    const auto opening = must(stream.next(), "opening");
    from_token.resume_after = opening.resume_token;
    from_time.start_at = opening.cluster_time;
  }
  const std::string megabyte(1'000'000, 'x');
  Result<ChangeBatch> answer = ChangeBatch{};
  for (std::int32_t id = 0; id < 200 && answer; ++id) {
    must(insert(*forgetful, DocumentBuilder().int32("_id", id).binary("v", megabyte).finish()),
         "insert");
    if (id % 20 == 19) answer = events_from(*forgetful, from_token);
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::history_lost) << answer.error().detail;
  const auto by_time = events_from(*forgetful, from_time);
  ASSERT_FALSE(by_time);
  EXPECT_EQ(by_time.error().fault, Fault::history_lost) << by_time.error().detail;
}

/// Moves the counter from k to k + 1 and adds document 1000 + k, as a lane applies a batch: by
/// compare-and-set, once, whatever fails on the way. `disturb` runs in the middle.
bool step(Session& lane, const Namespace& where, std::int32_t k,
          const std::function<void()>& disturb) {
  const std::string from = with_value(1, k);
  const std::string document = by_id(1'000 + k);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  if (!lane.begin()) return false;
  const auto moved = lane.client().update_one(where, from, set_value(k + 1), false, &lane);
  if (!moved) return false;
  if (*moved == 0) return true;
  disturb();
  return lane.client().bulk(where, one, true, &lane) && lane.commit(Milliseconds(10'000));
}

void step_down(Pool& pool) {
  std::ignore = pool.acquire().command(
      "admin", DocumentBuilder().int32("replSetStepDown", 1).boolean("force", true).finish());
}

TEST_F(MongoDeployment, AChangeOfThePrimaryLosesAndDoublesNothing) {
  const OwnMongod own("small-oplog");
  auto clients = pool(own.uri());
  must(insert(*clients, with_value(1, 0)), "insert");
  ChangeStreamOptions options;
  options.namespaces = {where_};
  auto stream = must(ChangeStream::open(clients->acquire(), options), "watch");
  auto lane = must(Session::start(clients->acquire()), "start a session");
  constexpr std::int32_t kSteps = 60;
  int failures = 0;
  for (std::int32_t k = 0; k < kSteps; ++k) {
    for (int tries = 0; tries < 20; ++tries) {
      const auto disturb = [&] {
        if (k % 20 == 10 && tries == 0) step_down(*clients);
      };
      if (step(lane, where_, k, disturb)) break;
      ++failures;
    }
  }
  EXPECT_GT(failures, 0);
  const auto counter = must(clients->acquire().find_one(where_, by_id(1)), "find");
  EXPECT_EQ(DocumentView(counter.value_or("")).integer("v"), kSteps);
  EXPECT_EQ(must(clients->acquire().count(where_, "", 0), "count"), kSteps + 1);

  std::vector<std::string> seen;
  for (int calls = 0; calls < 60 && seen.size() < 2UL * kSteps; ++calls)
    if (auto batch = stream.next())
      seen.insert(seen.end(), batch->events.begin(), batch->events.end());
  ASSERT_EQ(seen.size(), 2UL * kSteps);
  for (std::int32_t k = 0; k < kSteps; ++k) {
    EXPECT_EQ(DocumentView(seen[2UL * k]).integer("documentKey._id"), 1);
    EXPECT_EQ(DocumentView(seen[2UL * k + 1]).integer("documentKey._id"), 1'000 + k);
    EXPECT_EQ(DocumentView(seen[2UL * k]).binary("lsid.id"), lane.id());
  }
}

TEST_F(MongoDeployment, AServerThatDiesIsAPassingFault) {
  OwnMongod mortal("small-oplog");
  auto clients = pool(mortal.uri());
  must(insert(*clients, by_id(1)), "insert");
  auto lane = must(Session::start(clients->acquire()), "start a session");
  ChangeStreamOptions options;
  options.namespaces = {where_};
  auto stream = must(ChangeStream::open(clients->acquire(), options), "watch");
  must(lane.begin(), "begin");
  const std::string document = by_id(2);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  must(lane.client().bulk(where_, one, true, &lane), "write");
  mortal.stop();

  const auto commit = lane.commit(Milliseconds(1'000));
  ASSERT_FALSE(commit);
  EXPECT_TRUE(commit.error().outcome_unknown) << commit.error().detail;
  EXPECT_EQ(commit.error().next(), Next::retry);
  ASSERT_TRUE(stream.next());
  const auto more = stream.next();
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().next(), Next::retry) << more.error().detail;
  const auto written = insert(*clients, by_id(3));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().next(), Next::retry) << written.error().detail;
}

}  // namespace
}  // namespace crossfade::mongo
