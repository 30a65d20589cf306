#include "common/mongo/watch_command.h"

#include <bson/bson.h>

#include <algorithm>

#include "common/codec/document.h"
#include "common/mongo/driver.h"

namespace crossfade::mongo {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr const char* kCollection = "$cmd.aggregate";

std::string start_stage(const ChangeStreamOptions& options, std::string_view token, bool images) {
  DocumentBuilder stage;
  stage.boolean("allChangesForCluster", true);
  stage.text("fullDocument", images ? "whenAvailable" : "updateLookup");
  if (images) stage.text("fullDocumentBeforeChange", "whenAvailable");
  if (!token.empty())
    stage.document("resumeAfter", token);
  else if (options.start_at != 0)
    stage.timestamp("startAtOperationTime", static_cast<std::uint32_t>(options.start_at >> 32),
                    static_cast<std::uint32_t>(options.start_at));
  return DocumentBuilder().document("$changeStream", std::move(stage).finish()).finish();
}

std::string one_of(std::string_view field, const std::vector<std::string>& documents) {
  const std::string values = DocumentBuilder().array("$in", documents).finish();
  return DocumentBuilder().document(field, values).finish();
}

std::string match_stage(const std::vector<Namespace>& namespaces) {
  std::vector<std::string> collections;
  std::vector<std::string> databases;
  for (const Namespace& each : namespaces) {
    collections.push_back(
        DocumentBuilder().text("db", each.database).text("coll", each.collection).finish());
    if (std::ranges::find(databases, each.database) == databases.end())
      databases.push_back(each.database);
  }
  const std::string of_theirs = DocumentBuilder().text_array("$in", databases).finish();
  const std::vector<std::string> either{
      one_of("ns", collections),
      one_of("to", collections),
      DocumentBuilder().text("operationType", "dropDatabase").document("ns.db", of_theirs).finish(),
      DocumentBuilder().text("operationType", "invalidate").finish(),
  };
  const std::string any = DocumentBuilder().array("$or", either).finish();
  return DocumentBuilder().document("$match", any).finish();
}

}  // namespace

std::string watch_command(const ChangeStreamOptions& options, std::string_view token, bool images) {
  const std::vector<std::string> pipeline{start_stage(options, token, images),
                                          match_stage(options.namespaces)};
  return DocumentBuilder()
      .int32("aggregate", 1)
      .array("pipeline", pipeline)
      .document("cursor", DocumentBuilder().int32("batchSize", 0).finish())
      .document("readConcern", DocumentBuilder().text("level", "majority").finish())
      .finish();
}

std::string more_command(std::int64_t cursor, const ChangeStreamOptions& options) {
  return DocumentBuilder()
      .int64("getMore", cursor)
      .text("collection", kCollection)
      .int32("batchSize", options.batch_size)
      .int64("maxTimeMS", options.await.count())
      .finish();
}

std::string kill_command(std::int64_t cursor) {
  Reply command;
  bson_t cursors;
  bson_append_utf8(command.get(), "killCursors", -1, kCollection, -1);
  bson_append_array_begin(command.get(), "cursors", -1, &cursors);
  bson_append_int64(&cursors, "0", -1, cursor);
  bson_append_array_end(command.get(), &cursors);
  return std::string(command.bytes());
}

std::string_view later_token(std::string_view first, std::string_view second) {
  const auto one = DocumentView(first).text("_data");
  const auto other = DocumentView(second).text("_data");
  return one && other && *one > *other ? first : second;
}

}  // namespace crossfade::mongo
