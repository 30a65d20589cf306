#include "common/mongo/watch_command.h"

#include <gmock/gmock.h>

#include "common/codec/document.h"

namespace crossfade::mongo {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

std::string json(const std::string& bson) {
  return codec::to_extended_json(bson, false);
}

std::string token(std::string_view data) {
  return DocumentBuilder().text("_data", data).finish();
}

TEST(WatchCommand, WatchesTheWholeDeploymentFilteredByNamespace) {
  ChangeStreamOptions options;
  options.namespaces = {{"shop", "orders"}, {"shop", "carts"}};
  const std::string command = watch_command(options, "", false);
  const DocumentView view(command);
  EXPECT_EQ(view.integer("aggregate"), 1);
  EXPECT_EQ(view.integer("cursor.batchSize"), 0);
  EXPECT_EQ(view.text("readConcern.level"), "majority");
  const auto stages = view.documents("pipeline");
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_EQ(
      json(std::string(stages[0])),
      R"({ "$changeStream" : { "allChangesForCluster" : true, "fullDocument" : "updateLookup" } })");
  EXPECT_EQ(
      json(std::string(stages[1])),
      R"({ "$match" : { "$or" : [ )"
      R"({ "ns" : { "$in" : [ { "db" : "shop", "coll" : "orders" }, { "db" : "shop", "coll" : "carts" } ] } }, )"
      R"({ "to" : { "$in" : [ { "db" : "shop", "coll" : "orders" }, { "db" : "shop", "coll" : "carts" } ] } }, )"
      R"({ "operationType" : "dropDatabase", "ns.db" : { "$in" : [ "shop" ] } }, )"
      R"({ "operationType" : "invalidate" } ] } })");
}

TEST(WatchCommand, ATokenWinsOverATime) {
  ChangeStreamOptions options;
  options.start_at = (7ULL << 32) | 3;
  const auto start = [&](std::string_view after) {
    const std::string command = watch_command(options, after, true);
    return std::string(DocumentView(command).documents("pipeline").front());
  };
  const std::string timed = start("");
  EXPECT_EQ(DocumentView(timed).timestamp("$changeStream.startAtOperationTime"), options.start_at);
  EXPECT_EQ(DocumentView(timed).text("$changeStream.fullDocument"), "whenAvailable");
  EXPECT_EQ(DocumentView(timed).text("$changeStream.fullDocumentBeforeChange"), "whenAvailable");
  const std::string resumed = start(token("82"));
  EXPECT_EQ(DocumentView(resumed).text("$changeStream.resumeAfter._data"), "82");
  EXPECT_FALSE(DocumentView(resumed).has("$changeStream.startAtOperationTime"));
}

TEST(WatchCommand, MoreAndKillNameTheCursor) {
  ChangeStreamOptions options;
  options.batch_size = 5;
  options.await = Milliseconds(250);
  EXPECT_EQ(
      json(more_command(1'234'567'890'123, options)),
      R"({ "getMore" : 1234567890123, "collection" : "$cmd.aggregate", "batchSize" : 5, "maxTimeMS" : 250 })");
  EXPECT_EQ(json(kill_command(77)), R"({ "killCursors" : "$cmd.aggregate", "cursors" : [ 77 ] })");
}

TEST(WatchCommand, TheLaterTokenWins) {
  EXPECT_EQ(later_token(token("82A1"), token("82B0")), token("82B0"));
  EXPECT_EQ(later_token(token("82B0"), token("82A1")), token("82B0"));
  EXPECT_EQ(later_token(token("82A1"), token("82A100")), token("82A100"));
  EXPECT_EQ(later_token("", token("82A1")), token("82A1"));
  const std::string unlike = DocumentBuilder().int32("_data", 1).finish();
  EXPECT_EQ(later_token(token("82A1"), unlike), unlike);
}

}  // namespace
}  // namespace crossfade::mongo
