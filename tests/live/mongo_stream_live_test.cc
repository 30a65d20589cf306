#include <chrono>
#include <thread>

#include "tests/live/mongo_fixture.h"

namespace crossfade::mongo {
namespace {

using SteadyClock = std::chrono::steady_clock;

class MongoStream : public MongoTest {
 protected:
  static std::int64_t key(std::string_view event) {
    return DocumentView(event).integer("documentKey._id").value_or(-1);
  }

  static std::string type(std::string_view event) {
    return std::string(DocumentView(event).text("operationType").value_or("?"));
  }

  static std::string position(const std::string& token) {
    return std::string(DocumentView(token).text("_data").value_or(""));
  }

  Result<ChangeBatch> first_batch(ChangeStreamOptions options) {
    options.namespaces = {where_};
    auto stream = ChangeStream::open(pool_->acquire(), std::move(options));
    if (!stream) return stream.error();
    const auto opening = stream->next();
    if (!opening) return opening.error();
    return stream->next();
  }

  /// Ends the cursors of all change streams on this test's collection, as a restarted server would.
  int kill_cursors() {
    const std::string stage =
        DocumentBuilder()
            .document("$currentOp", DocumentBuilder().boolean("idleCursors", true).finish())
            .finish();
    const auto reply =
        must(pool_->acquire().command("admin", DocumentBuilder()
                                                   .int32("aggregate", 1)
                                                   .array("pipeline", {stage})
                                                   .document("cursor", DocumentBuilder().finish())
                                                   .finish()),
             "currentOp");
    std::vector<std::string> patterns;
    for (const auto operation : DocumentView(reply).documents("cursor.firstBatch")) {
      const DocumentView view(operation);
      if (!view.has("cursor") || operation.find(where_.collection) == std::string_view::npos)
        continue;
      patterns.push_back(DocumentBuilder().copy("lsid", operation, "lsid").finish());
    }
    run(DocumentBuilder().array("killAllSessionsByPattern", patterns).finish(), "admin");
    return static_cast<int>(patterns.size());
  }
};

TEST_F(MongoStream, OpeningTellsAPositionAtOnce) {
  auto stream = watch();
  const auto started = SteadyClock::now();
  const auto opening = must(stream.next(), "opening");
  EXPECT_LT(SteadyClock::now() - started, std::chrono::milliseconds(250));
  EXPECT_TRUE(opening.events.empty());
  EXPECT_FALSE(position(opening.resume_token).empty());
  EXPECT_GT(opening.cluster_time >> 32, 1'700'000'000U);

  write({Op::insert(1, 1)});
  ChangeStreamOptions options;
  options.resume_after = opening.resume_token;
  auto resumed = watch(options);
  EXPECT_EQ(key(events(resumed, 1).front()), 1);
}

TEST_F(MongoStream, StartAtIsInclusive) {
  auto stream = watch();
  write({Op::insert(1, 1)});
  write({Op::insert(2, 2)});
  const auto seen = events(stream, 2);
  ChangeStreamOptions options;
  options.start_at = DocumentView(seen[1]).timestamp("clusterTime").value_or(0);
  auto again = watch(options);
  EXPECT_EQ(key(events(again, 1).front()), 2);
}

TEST_F(MongoStream, OnlyTheWatchedCollectionsArriveInOneOrder) {
  const Namespace second{where_.database, where_.collection + "_second"};
  const Namespace ignored{where_.database, where_.collection + "_ignored"};
  ChangeStreamOptions options;
  options.namespaces = {where_, second};
  auto stream = watch(options);
  const auto insert = [&](const Namespace& into, std::int32_t id) {
    const std::string document = by_id(id);
    const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
    must(pool_->acquire().bulk(into, one, true), "insert");
  };
  insert(where_, 1);
  insert(ignored, 2);
  insert(second, 3);
  insert(where_, 4);
  const auto seen = events(stream, 3);
  EXPECT_EQ((std::vector{key(seen[0]), key(seen[1]), key(seen[2])}),
            (std::vector<std::int64_t>{1, 3, 4}));
  EXPECT_EQ(DocumentView(seen[1]).text("ns.coll"), second.collection);
  drop(second);
  drop(ignored);
}

TEST_F(MongoStream, TheTokenAdvancesWhileOthersAreWritten) {
  ChangeStreamOptions options;
  options.await = Milliseconds(100);
  auto stream = watch(options);
  const std::string opened = must(stream.next(), "opening").resume_token;
  const Namespace other{where_.database, where_.collection + "_other"};
  const std::string document = by_id(1);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  must(pool_->acquire().bulk(other, one, true), "insert");
  std::string token = opened;
  for (int i = 0; i < 20 && position(token) <= position(opened); ++i) {
    const auto batch = must(stream.next(), "next");
    EXPECT_TRUE(batch.events.empty());
    EXPECT_GE(position(batch.resume_token), position(token));
    token = batch.resume_token;
  }
  EXPECT_GT(position(token), position(opened));
  drop(other);
}

TEST_F(MongoStream, AnEventArrivesLongBeforeTheAwaitEnds) {
  ChangeStreamOptions options;
  options.await = Milliseconds(5'000);
  auto stream = watch(options);
  must(stream.next(), "opening");
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    write({Op::insert(1, 1)});
  });
  const auto started = SteadyClock::now();
  EXPECT_EQ(must(stream.next(), "next").events.size(), 1U);
  EXPECT_LT(SteadyClock::now() - started, std::chrono::seconds(2));
  writer.join();
}

TEST_F(MongoStream, AnUpdateBringsTheWholeDocumentAndImagesWhereTheyAreKept) {
  create(where_, true);
  auto looked_up = watch();
  ChangeStreamOptions options;
  options.images = true;
  auto with_images = watch(options);
  write({Op::insert(1, 1), Op::update(1, 2), Op::remove(1)});
  const auto images = events(with_images, 3);
  EXPECT_EQ(DocumentView(images[1]).integer("fullDocument.v"), 2);
  EXPECT_EQ(DocumentView(images[1]).integer("fullDocumentBeforeChange.v"), 1);
  EXPECT_EQ(DocumentView(images[2]).integer("fullDocumentBeforeChange.v"), 2);
  const auto lookups = events(looked_up, 3);
  EXPECT_FALSE(DocumentView(lookups[1]).document("fullDocument"));
  EXPECT_FALSE(DocumentView(lookups[2]).has("fullDocumentBeforeChange"));
}

TEST_F(MongoStream, DropAndRenameAreSeen) {
  write({Op::insert(1, 1)});
  const Namespace moved{where_.database, where_.collection + "_moved"};
  drop(moved);
  auto stream = watch();
  const auto rename = [&](const Namespace& from, const Namespace& to) {
    run(DocumentBuilder().text("renameCollection", from.full()).text("to", to.full()).finish(),
        "admin");
  };
  rename(where_, moved);
  rename(moved, where_);
  drop(where_);
  const auto seen = events(stream, 3);
  EXPECT_EQ(type(seen[0]), "rename");
  EXPECT_EQ(DocumentView(seen[0]).text("to.coll"), moved.collection);
  EXPECT_EQ(type(seen[1]), "rename");
  EXPECT_EQ(DocumentView(seen[1]).text("to.coll"), where_.collection);
  EXPECT_EQ(type(seen[2]), "drop");
}

TEST_F(MongoStream, DropDatabaseIsSeen) {
  const Namespace own{"crossfade_live_dropped", "c"};
  ChangeStreamOptions options;
  options.namespaces = {own};
  create(own);
  auto stream = watch(options);
  run(DocumentBuilder().int32("dropDatabase", 1).finish(), own.database);
  const auto seen = events(stream, 2);
  EXPECT_EQ(type(seen[0]), "drop");
  EXPECT_EQ(type(seen[1]), "dropDatabase");
}

TEST_F(MongoStream, GoesOnWhereItWasWhenItsCursorIsKilled) {
  ChangeStreamOptions options;
  options.batch_size = 2;
  auto stream = watch(options);
  must(stream.next(), "opening");
  write({Op::insert(1, 1), Op::insert(2, 2), Op::insert(3, 3)});
  const auto first = must(stream.next(), "next");
  ASSERT_EQ(first.events.size(), 2U);
  ASSERT_EQ(kill_cursors(), 1);
  write({Op::insert(4, 4)});
  const auto rest = events(stream, 2);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(key(rest[0]), 3);
  EXPECT_EQ(key(rest[1]), 4);
}

TEST_F(MongoStream, ClosingLeavesNoCursorBehind) {
  {
    auto stream = watch();
    must(stream.next(), "opening");
    must(stream.next(), "next");
  }
  EXPECT_EQ(kill_cursors(), 0);
}

TEST_F(MongoStream, AResumeTokenThatIsNoneIsCorrupt) {
  ChangeStreamOptions options;
  options.resume_after = DocumentBuilder().text("_data", "not a token").finish();
  const auto refused = first_batch(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::corrupt) << refused.error().detail;
}

TEST_F(MongoStream, AnEventsTokenResumesOnlyWhereTheFilterLetsThatEventThrough) {
  const Namespace other{where_.database, where_.collection + "_other"};
  auto stream = watch();
  write({Op::insert(1, 1)});
  const auto seen = events(stream, 1);
  ChangeStreamOptions options;
  options.resume_after = DocumentView(seen[0]).document("_id").value_or("");
  options.namespaces = {other};
  auto narrowed = watch(options);
  const std::string document = by_id(7);
  const std::vector<WriteOp> one{{WriteOp::Kind::insert, "", document}};
  must(pool_->acquire().bulk(other, one, true), "insert");
  Result<ChangeBatch> answer = narrowed.next();
  for (int i = 0; i < 5 && answer; ++i) answer = narrowed.next();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::corrupt) << answer.error().detail;
  drop(other);
}

}  // namespace
}  // namespace crossfade::mongo
