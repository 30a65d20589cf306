#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <thread>

#include "tests/live/mongo_fixture.h"

namespace crossfade::mongo {
namespace {

using testing::HasSubstr;
using testing::Not;

class MongoClient : public MongoTest {};

TEST_F(MongoClient, TellsWhatServerItTalksTo) {
  const auto facts = must(pool_->acquire().server(), "server");
  EXPECT_FALSE(facts.version.empty());
  EXPECT_GE(facts.major, 4);
  EXPECT_TRUE(facts.can_watch());
}

TEST_F(MongoClient, BulkInsertsReplacesUpdatesAndRemoves) {
  const auto done = write({Op::insert(1, 10), Op::insert(2, 20), Op::replace(2, 21),
                           Op::replace(3, 30), Op::update(1, 11), Op::remove(3), Op::remove(99)});
  EXPECT_EQ(done.inserted, 2);
  EXPECT_EQ(done.matched, 2);
  EXPECT_EQ(done.upserted, 1);
  EXPECT_EQ(done.removed, 1);
  EXPECT_EQ(value_of(1), 11);
  EXPECT_EQ(value_of(2), 21);
  EXPECT_EQ(value_of(3), -1);
}

TEST_F(MongoClient, AnEmptyBulkDoesNothing) {
  const auto done = must(bulk({}), "bulk");
  EXPECT_EQ(done.inserted, 0);
  EXPECT_TRUE(done.errors.empty());
}

TEST_F(MongoClient, AnOrderedBulkStopsAtTheFirstFailure) {
  write({Op::insert(2, 0)});
  const auto done = must(bulk({Op::insert(1, 1), Op::insert(2, 2), Op::insert(3, 3)}), "bulk");
  ASSERT_EQ(done.errors.size(), 1U);
  EXPECT_EQ(done.errors[0].index, 1);
  EXPECT_EQ(done.errors[0].error.index, 1);
  EXPECT_EQ(done.errors[0].error.fault, Fault::duplicate_key);
  EXPECT_EQ(done.inserted, 1);
  EXPECT_EQ(value_of(3), -1);
}

TEST_F(MongoClient, AnUnorderedBulkGoesOnBehindEachFailure) {
  write({Op::insert(2, 0), Op::insert(4, 0)});
  const auto done = must(bulk({Op::remove(9), Op::insert(1, 1), Op::insert(2, 2), Op::replace(7, 7),
                               Op::insert(3, 3), Op::insert(4, 4)},
                              false),
                         "bulk");
  ASSERT_EQ(done.errors.size(), 2U);
  EXPECT_EQ(done.errors[0].index, 2);
  EXPECT_EQ(done.errors[1].index, 5);
  EXPECT_EQ(done.errors[1].error.fault, Fault::duplicate_key);
  EXPECT_EQ(done.inserted, 2);
  EXPECT_EQ(value_of(3), 3);
  EXPECT_EQ(value_of(7), 7);
}

TEST_F(MongoClient, ADuplicateKeyIsToldWithoutTheDocumentsValues) {
  write({Op::insert(42'424'242, 0)});
  const auto done = must(bulk({Op::insert(42'424'242, 1)}), "bulk");
  ASSERT_EQ(done.errors.size(), 1U);
  EXPECT_THAT(done.errors[0].error.message, HasSubstr("index: _id_"));
  EXPECT_THAT(done.errors[0].error.message, Not(HasSubstr("42424242")));
}

TEST_F(MongoClient, DocumentsTheDriverRefusesAreNamedByTheirIndex) {
  const std::string unnamed = DocumentBuilder().int32("_id", 2).int32("", 1).finish();
  const std::string dollar = DocumentBuilder().int32("_id", 4).int32("$v", 1).finish();
  const std::vector<Op> operations{Op::insert(1, 1),
                                   {WriteOp::Kind::insert, "", unnamed},
                                   Op::insert(3, 3),
                                   {WriteOp::Kind::replace_upsert, by_id(4), dollar},
                                   {WriteOp::Kind::insert, "", "not bson"},
                                   Op::insert(3, 4)};
  const auto done = must(bulk(operations, false), "bulk");
  ASSERT_EQ(done.errors.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(done.errors[i].index, (std::array{1, 3, 4})[i]);
    EXPECT_EQ(done.errors[i].error.fault, Fault::rejected) << done.errors[i].error.message;
  }
  EXPECT_EQ(done.errors[3].index, 5);
  EXPECT_EQ(done.errors[3].error.fault, Fault::duplicate_key);
  EXPECT_EQ(value_of(3), 3);

  const auto ordered = must(bulk({Op::insert(11, 1), operations[1], Op::insert(12, 1)}), "bulk");
  ASSERT_EQ(ordered.errors.size(), 1U);
  EXPECT_EQ(ordered.errors[0].index, 1);
  EXPECT_EQ(value_of(11), 1);
  EXPECT_EQ(value_of(12), -1);
}

TEST_F(MongoClient, ADocumentTheValidatorRefusesIsRejected) {
  const std::string is_int = DocumentBuilder().text("$type", "int").finish();
  run(DocumentBuilder()
          .text("create", where_.collection)
          .document("validator", DocumentBuilder().document("v", is_int).finish())
          .finish());
  const std::string text = DocumentBuilder().int32("_id", 2).text("v", "no").finish();
  const auto done = must(bulk({Op::insert(1, 1), {WriteOp::Kind::insert, "", text}}), "bulk");
  ASSERT_EQ(done.errors.size(), 1U);
  EXPECT_EQ(done.errors[0].index, 1);
  EXPECT_EQ(done.errors[0].error.fault, Fault::rejected);
}

TEST_F(MongoClient, ADocumentTooLargeIsRejectedByItsIndex) {
  const std::string large =
      DocumentBuilder().int32("_id", 2).binary("v", std::string(17'000'000, 'x')).finish();
  const auto done =
      must(bulk({Op::insert(1, 1), {WriteOp::Kind::insert, "", large}, Op::insert(3, 3)}, false),
           "bulk");
  ASSERT_EQ(done.errors.size(), 1U);
  EXPECT_EQ(done.errors[0].index, 1);
  EXPECT_EQ(done.errors[0].error.fault, Fault::rejected);
  EXPECT_EQ(value_of(3), 3);
}

TEST_F(MongoClient, ABulkBeyondTheServersLimitsIsSplit) {
  std::vector<Op> operations;
  for (std::int32_t id = 0; id < 120'000; ++id) operations.push_back(Op::insert(id, id));
  operations.push_back(Op::insert(119'999, 0));
  const auto done = must(bulk(operations, false), "bulk");
  EXPECT_EQ(done.inserted, 120'000);
  ASSERT_EQ(done.errors.size(), 1U);
  EXPECT_EQ(done.errors[0].index, 120'000);
}

TEST_F(MongoClient, ABulkLargerThanAMessageIsSplit) {
  const std::string megabyte(1'000'000, 'x');
  std::vector<Op> operations;
  for (std::int32_t id = 0; id < 60; ++id)
    operations.push_back({WriteOp::Kind::replace_upsert, by_id(id),
                          DocumentBuilder().int32("_id", id).binary("v", megabyte).finish()});
  EXPECT_EQ(must(bulk(operations), "bulk").upserted, 60);
}

TEST_F(MongoClient, FindsWithSortProjectionLimitAndHint) {
  write({Op::insert(1, 30), Op::insert(2, 20), Op::insert(3, 10)});
  FindOptions options;
  options.sort = DocumentBuilder().int32("v", 1).finish();
  options.projection = DocumentBuilder().int32("v", 1).int32("_id", 0).finish();
  options.limit = 2;
  const auto found = must(pool_->acquire().find(where_, "", options), "find");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(DocumentView(found[0]).integer("v"), 10);
  EXPECT_FALSE(DocumentView(found[0]).has("_id"));
  options = {};
  options.hint_id = true;
  options.majority = false;
  EXPECT_EQ(must(pool_->acquire().find(where_, "", options), "find").size(), 3U);
  EXPECT_FALSE(must(pool_->acquire().find_one(where_, by_id(9)), "find").has_value());
}

TEST_F(MongoClient, FindsMoreThanOneBatch) {
  std::vector<Op> operations;
  for (std::int32_t id = 0; id < 2'000; ++id) operations.push_back(Op::insert(id, id));
  write(operations);
  EXPECT_EQ(must(pool_->acquire().find(where_, ""), "find").size(), 2'000U);
}

TEST_F(MongoClient, CountsUpToALimit) {
  write({Op::insert(1, 1), Op::insert(2, 1), Op::insert(3, 2)});
  EXPECT_EQ(must(pool_->acquire().count(where_, "", 0), "count"), 3);
  EXPECT_EQ(must(pool_->acquire().count(where_, "", 2), "count"), 2);
  const std::string ones = DocumentBuilder().int32("v", 1).finish();
  EXPECT_EQ(must(pool_->acquire().count(where_, ones, 0), "count"), 2);
}

TEST_F(MongoClient, UpdatesOneAndTellsWhetherItMatched) {
  auto client = pool_->acquire();
  EXPECT_EQ(must(client.update_one(where_, by_id(1), set_value(1), false), "update"), 0);
  EXPECT_EQ(must(client.update_one(where_, by_id(1), set_value(1), true), "update"), 1);
  EXPECT_EQ(must(client.update_one(where_, by_id(1), set_value(2), false), "update"), 1);
  EXPECT_EQ(value_of(1), 2);
}

TEST_F(MongoClient, FindOneAndUpdateReturnsTheNewDocument) {
  auto client = pool_->acquire();
  EXPECT_FALSE(must(client.find_one_and_update(where_, by_id(1), set_value(1), false), "update"));
  const auto made =
      must(client.find_one_and_update(where_, by_id(1), set_value(5), true), "update");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(DocumentView(*made).integer("v"), 5);
}

TEST_F(MongoClient, ACommandsErrorIsClassified) {
  auto client = pool_->acquire();
  const auto unknown = client.command("admin", DocumentBuilder().int32("noSuch", 1).finish());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault, Fault::invalid);
  EXPECT_THAT(unknown.error().detail, HasSubstr("code=59"));
  create(where_);
  const auto again =
      client.command(where_.database, DocumentBuilder().text("create", where_.collection).finish());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::condition_failed);
}

TEST_F(MongoClient, ACommittedTransactionIsThereAndAnAbortedOneIsNot) {
  auto lane = session();
  write_in_transaction(lane, {Op::insert(1, 1), Op::replace(2, 2)});
  must(lane.begin(), "begin");
  must(bulk({Op::insert(3, 3), Op::remove(1)}, true, &lane), "bulk");
  must(lane.client().update_one(where_, by_id(2), set_value(9), false, &lane), "update");
  EXPECT_EQ(value_of(3), -1);
  lane.abort();
  EXPECT_EQ(value_of(1), 1);
  EXPECT_EQ(value_of(2), 2);
  EXPECT_EQ(value_of(3), -1);
}

TEST_F(MongoClient, BeginEndsATransactionThatWasLeftOpen) {
  auto lane = session();
  must(lane.begin(), "begin");
  must(bulk({Op::insert(1, 1)}, true, &lane), "bulk");
  write_in_transaction(lane, {Op::insert(2, 2)});
  EXPECT_EQ(value_of(1), -1);
  EXPECT_EQ(value_of(2), 2);
}

TEST_F(MongoClient, AFailureInATransactionNamesItsOperation) {
  write({Op::insert(2, 0)});
  auto lane = session();
  must(lane.begin(), "begin");
  const auto failed = bulk({Op::replace(1, 1), Op::insert(2, 2), Op::replace(3, 3)}, true, &lane);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::duplicate_key);
  EXPECT_EQ(failed.error().index, 1);
  EXPECT_FALSE(failed.error().outcome_unknown);
  lane.abort();
  EXPECT_EQ(value_of(1), -1);
}

TEST_F(MongoClient, ARefusedDocumentInATransactionNamesItsOperation) {
  auto lane = session();
  must(lane.begin(), "begin");
  const std::string unnamed = DocumentBuilder().int32("_id", 2).int32("", 1).finish();
  const auto failed =
      bulk({Op::replace(1, 1), {WriteOp::Kind::replace_upsert, by_id(2), unnamed}}, true, &lane);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::rejected);
  EXPECT_EQ(failed.error().index, 1);
}

TEST_F(MongoClient, ACommitOfATransactionTheServerForgotIsAConflict) {
  auto lane = session();
  must(lane.begin(), "begin");
  must(bulk({Op::insert(1, 1)}, true, &lane), "bulk");
  const std::string id = DocumentBuilder().binary("id", lane.id(), 4).finish();
  run(DocumentBuilder().array("killSessions", {id}).finish(), "admin");
  const auto failed = lane.commit(Milliseconds(2'000));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::conflict) << failed.error().message;
  EXPECT_FALSE(failed.error().outcome_unknown);
  EXPECT_EQ(value_of(1), -1);
  write_in_transaction(lane, {Op::insert(1, 2)});
  EXPECT_EQ(value_of(1), 2);
}

TEST_F(MongoClient, ThePoolLendsItsClientsToMoreThreadsThanItHas) {
  auto small = make_pool(uri_, 2);
  std::vector<std::thread> threads;
  for (std::int32_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (std::int32_t i = 0; i < 20; ++i) {
        const std::string document = with_value(thread * 100 + i, i);
        const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
        EXPECT_TRUE(small->acquire().bulk(where_, one, true));
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(must(pool_->acquire().count(where_, "", 0), "count"), 160);
}

TEST_F(MongoClient, AnAddressWithoutAServerIsUnavailable) {
  auto nowhere = make_pool("mongodb://127.0.0.1:9/?replicaSet=rs0");
  const auto started = std::chrono::steady_clock::now();
  const auto answer = nowhere->acquire().server();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:9"));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(4));
  const std::string document = by_id(1);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  const auto written = nowhere->acquire().bulk(where_, one, true);
  ASSERT_FALSE(written);
  EXPECT_FALSE(written.error().outcome_unknown);
}

TEST_F(MongoClient, WrongCredentialsAreToldWithoutThePassword) {
  std::string uri = uri_;
  uri.insert(std::string("mongodb://").size(), "nobody:hunter2hunter2@");
  auto refused = make_pool(uri);
  const auto answer = refused->acquire().server();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::credentials) << answer.error().message;
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(answer.error().detail, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace crossfade::mongo
