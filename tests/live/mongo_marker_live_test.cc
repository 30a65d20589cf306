// What the loop marker relies on: how change events of our own transactions differ from all others.
#include <mongoc/mongoc.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "tests/live/mongo_fixture.h"

namespace crossfade::mongo {
namespace {

using std::chrono::milliseconds;

class MongoMarker : public MongoTest {
 protected:
  /// "insert 1": what was done to which key.
  static std::string deed(std::string_view event) {
    const DocumentView view(event);
    return std::string(view.text("operationType").value_or("?")) + " " +
           std::to_string(view.integer("documentKey._id").value_or(-1));
  }

  static std::vector<std::string> deeds(const std::vector<std::string>& events) {
    std::vector<std::string> out;
    for (const auto& each : events) out.push_back(deed(each));
    return out;
  }

  static void expect_marked(const std::vector<std::string>& events, const Session& session) {
    for (const auto& each : events) {
      EXPECT_EQ(DocumentView(each).binary("lsid.id"), session.id()) << deed(each);
      EXPECT_TRUE(DocumentView(each).binary("lsid.uid")) << deed(each);
      EXPECT_TRUE(DocumentView(each).integer("txnNumber")) << deed(each);
    }
  }

  static void expect_unmarked(const std::vector<std::string>& events) {
    for (const auto& each : events) {
      EXPECT_FALSE(DocumentView(each).has("lsid")) << deed(each);
      EXPECT_FALSE(DocumentView(each).has("txnNumber")) << deed(each);
    }
  }

  const std::vector<Op> every_kind_{Op::insert(1, 1), Op::replace(2, 1), Op::replace(2, 2),
                                    Op::update(2, 3), Op::remove(1)};
  const std::vector<std::string> every_deed_{"insert 1", "insert 2", "replace 2", "update 2",
                                             "delete 1"};
};

TEST_F(MongoMarker, EveryEventOfATransactionCarriesItsSessionInOrder) {
  auto stream = watch();
  auto lane = session();
  ASSERT_EQ(lane.id().size(), 16U);
  write_in_transaction(lane, every_kind_);
  const auto seen = events(stream, every_kind_.size());
  EXPECT_EQ(deeds(seen), every_deed_);
  expect_marked(seen, lane);
}

TEST_F(MongoMarker, EventsOfRetryableWritesCarryNone) {
  auto stream = watch();
  write(every_kind_);
  const auto seen = events(stream, every_kind_.size());
  EXPECT_EQ(deeds(seen), every_deed_);
  expect_unmarked(seen);
}

TEST_F(MongoMarker, EventsOfWritesThatAreNotRetryableCarryNone) {
  auto stream = watch();
  const std::vector<std::string> documents{with_value(1, 1), with_value(2, 1)};
  run(DocumentBuilder().text("insert", where_.collection).array("documents", documents).finish());
  const std::string change = DocumentBuilder()
                                 .document("q", DocumentBuilder().finish())
                                 .document("u", set_value(7))
                                 .boolean("multi", true)
                                 .finish();
  run(DocumentBuilder().text("update", where_.collection).array("updates", {change}).finish());
  const std::string removal = DocumentBuilder().document("q", by_id(1)).int32("limit", 0).finish();
  run(DocumentBuilder().text("delete", where_.collection).array("deletes", {removal}).finish());
  const auto seen = events(stream, 5);
  EXPECT_EQ(deeds(seen),
            (std::vector<std::string>{"insert 1", "insert 2", "update 1", "update 2", "delete 1"}));
  expect_unmarked(seen);
}

TEST_F(MongoMarker, ASessionKeepsItsIdAndCountsItsTransactions) {
  auto stream = watch();
  auto lane = session();
  const std::string id = lane.id();
  for (std::int32_t i = 0; i < 3; ++i) {
    write_in_transaction(lane, {Op::insert(i, i)});
    EXPECT_EQ(lane.id(), id);
  }
  const auto seen = events(stream, 3);
  expect_marked(seen, lane);
  std::set<std::int64_t> numbers;
  for (const auto& each : seen) numbers.insert(DocumentView(each).integer("txnNumber").value_or(0));
  EXPECT_EQ(numbers.size(), 3U);
}

TEST_F(MongoMarker, SessionsThatLiveAtTheSameTimeNeverShareAnId) {
  std::vector<Session> sessions;
  std::set<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    sessions.push_back(session());
    ids.insert(sessions.back().id());
  }
  auto other_pool = make_pool(uri_);
  auto other = must(Session::start(other_pool->acquire()), "start a session");
  ids.insert(other.id());
  EXPECT_EQ(ids.size(), 11U);
}

std::string driver_session_id(mongoc_client_t* client) {
  mongoc_client_session_t* session = mongoc_client_start_session(client, nullptr, nullptr);
  const bson_t* lsid = mongoc_client_session_get_lsid(session);
  const std::string bytes(reinterpret_cast<const char*>(bson_get_data(lsid)), lsid->len);
  bson_t opts = BSON_INITIALIZER;
  bson_t ping = BSON_INITIALIZER;
  mongoc_client_session_append(session, &opts, nullptr);
  bson_append_int32(&ping, "ping", -1, 1);
  mongoc_client_command_with_opts(client, "admin", &ping, nullptr, &opts, nullptr, nullptr);
  bson_destroy(&opts);
  bson_destroy(&ping);
  mongoc_client_session_destroy(session);
  return std::string(DocumentView(bytes).binary("id").value_or(""));
}

TEST_F(MongoMarker, TheDriverGivesTheIdOfAnEndedSessionToTheNextOne) {
  mongoc_client_t* client = mongoc_client_new(uri_.c_str());
  const std::string first = driver_session_id(client);
  const std::string second = driver_session_id(client);
  mongoc_client_destroy(client);
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first, second);
}

TEST_F(MongoMarker, AnEndedSessionOfOursIsNeverUsedAgain) {
  auto single = make_pool(uri_, 1);
  std::set<std::string> ids;
  for (std::int32_t i = 0; i < 5; ++i) {
    auto lane = must(Session::start(single->acquire()), "start a session");
    write_in_transaction(lane, {Op::insert(i, i)});
    ids.insert(lane.id());
  }
  EXPECT_EQ(ids.size(), 5U);

  std::string left_open;
  {
    auto lane = must(Session::start(single->acquire()), "start a session");
    must(lane.begin(), "begin");
    must(bulk({Op::insert(9, 9)}, true, &lane), "bulk");
    left_open = lane.id();
  }
  EXPECT_EQ(value_of(9), -1);
  auto next = must(Session::start(single->acquire()), "start a session");
  EXPECT_NE(next.id(), left_open);
  write_in_transaction(next, {Op::insert(9, 1)});
}

TEST_F(MongoMarker, SessionsEndWhileOthersOfThePoolAreAtWork) {
  create(where_);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (std::int32_t id = 1'000; !done; ++id) write({Op::replace(id % 100, id)});
  });
  std::vector<std::thread> lanes;
  for (std::int32_t lane = 0; lane < 3; ++lane)
    lanes.emplace_back([&, lane] {
      for (std::int32_t i = 0; i < 50; ++i) {
        auto own = session();
        write_in_transaction(own, {Op::insert(10'000 + lane * 100 + i, i)});
      }
    });
  for (auto& each : lanes) each.join();
  done = true;
  writer.join();
  EXPECT_EQ(value_of(10'249), 49);
}

TEST_F(MongoMarker, AnEqualReplaceShowsNeitherInATransactionNorOutside) {
  write({Op::insert(1, 1), Op::insert(2, 2)});
  auto stream = watch();
  write({Op::replace(1, 1), Op::remove(77)});
  auto lane = session();
  write_in_transaction(lane, {Op::replace(1, 1), Op::replace(2, 3), Op::replace(2, 3)});
  write({Op::insert(3, 3)});
  EXPECT_EQ(deeds(events(stream, 2)), (std::vector<std::string>{"replace 2", "insert 3"}));
}

TEST_F(MongoMarker, ATransactionOfManyEventsHasOneTimeAndResumesInItsMiddle) {
  ChangeStreamOptions options;
  options.batch_size = 4;
  auto stream = watch(options);
  must(stream.next(), "opening");
  auto lane = session();
  std::vector<Op> operations;
  for (std::int32_t id = 0; id < 10; ++id) operations.push_back(Op::insert(id, id));
  write_in_transaction(lane, operations);
  const auto first = must(stream.next(), "next");
  ASSERT_EQ(first.events.size(), 4U);

  options.resume_after = first.resume_token;
  auto resumed = watch(options);
  const auto rest = events(resumed, 6);
  ASSERT_EQ(rest.size(), 6U);
  EXPECT_EQ(deed(first.events.back()), "insert 3");
  EXPECT_EQ(deed(rest.front()), "insert 4");
  EXPECT_EQ(deed(rest.back()), "insert 9");
  EXPECT_EQ(DocumentView(first.events.front()).timestamp("clusterTime"),
            DocumentView(rest.back()).timestamp("clusterTime"));
  expect_marked(rest, lane);
}

TEST_F(MongoMarker, ATransactionThatMeetsANewerWriteIsAConflict) {
  write({Op::insert(1, 1), Op::insert(2, 2)});
  auto lane = session();
  must(lane.begin(), "begin");
  must(bulk({Op::update(1, 10)}, true, &lane), "first write");
  write({Op::update(2, 20)});
  const auto failed = bulk({Op::update(2, 21)}, true, &lane);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::conflict) << failed.error().message;
  EXPECT_FALSE(failed.error().outcome_unknown);
  lane.abort();
  EXPECT_EQ(value_of(1), 1);
  write_in_transaction(lane, {Op::update(1, 10), Op::update(2, 21)});
  EXPECT_EQ(value_of(2), 21);
}

TEST_F(MongoMarker, ALaneThatLostItsCheckpointToAnotherIsAConflictOrDoesNotMatch) {
  write({Op::insert(1, 100)});
  const std::string at_100 = with_value(1, 100);
  auto stale = session();
  auto fresh = session();
  must(stale.begin(), "begin");
  must(fresh.begin(), "begin");
  EXPECT_EQ(must(fresh.client().update_one(where_, at_100, set_value(200), false, &fresh), "cas"),
            1);
  const auto late = stale.client().update_one(where_, at_100, set_value(150), false, &stale);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::conflict);
  must(fresh.commit(Milliseconds(5'000)), "commit");
  must(stale.begin(), "begin");
  EXPECT_EQ(must(stale.client().update_one(where_, at_100, set_value(150), false, &stale), "cas"),
            0);
  EXPECT_EQ(value_of(1), 200);
}

TEST_F(MongoMarker, AnOutsideWriterWaitsForAnOpenTransactionAndThenSucceeds) {
  write({Op::insert(1, 1)});
  auto lane = session();
  must(lane.begin(), "begin");
  must(bulk({Op::update(1, 2)}, true, &lane), "write");
  std::atomic<bool> written = false;
  std::thread outside([&] {
    write({Op::update(1, 3)});
    written = true;
  });
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_FALSE(written);
  must(lane.commit(Milliseconds(5'000)), "commit");
  outside.join();
  EXPECT_EQ(value_of(1), 3);
}

TEST_F(MongoMarker, PreAndPostImagesArriveInTransactions) {
  create(where_, true);
  ChangeStreamOptions options;
  options.images = true;
  auto stream = watch(options);
  auto lane = session();
  write_in_transaction(lane,
                       {Op::insert(1, 1), Op::update(1, 2), Op::replace(1, 3), Op::remove(1)});
  const auto seen = events(stream, 4);
  expect_marked(seen, lane);
  const auto before = [&](std::size_t i) {
    return DocumentView(seen[i]).integer("fullDocumentBeforeChange.v").value_or(-1);
  };
  const auto after = [&](std::size_t i) {
    return DocumentView(seen[i]).integer("fullDocument.v").value_or(-1);
  };
  EXPECT_EQ((std::vector{before(0), before(1), before(2), before(3)}),
            (std::vector<std::int64_t>{-1, 1, 2, 3}));
  EXPECT_EQ((std::vector{after(0), after(1), after(2), after(3)}),
            (std::vector<std::int64_t>{1, 2, 3, -1}));
}

}  // namespace
}  // namespace crossfade::mongo
