#include "common/state/heartbeats.h"

#include "common/codec/document.h"

namespace crossfade::state {

using codec::DocumentBuilder;

Result<std::int64_t> Heartbeats::beat(mongo::Client& client, const std::string& link,
                                      std::int64_t now_ms) const {
  const std::string filter = DocumentBuilder().text("_id", link).finish();
  DocumentBuilder update;
  update.document("$inc", DocumentBuilder().int64("n", 1).finish());
  update.document("$set", DocumentBuilder().date("at", now_ms).finish());
  TRY(const std::optional<std::string> after,
      client.find_one_and_update(where_, filter, update.finish(), true));
  const auto number = after ? codec::DocumentView(*after).integer("n") : std::nullopt;
  if (number) return *number;
  return fail(Fault::transient, "The heartbeat of link \"" + link + "\" could not be written.");
}

/// A replacement, for the event of one holds the whole document.
Result<void> Heartbeats::write(const std::string& lane, const Note& note,
                               mongo::Session& session) const {
  const std::string filter = DocumentBuilder().text("_id", lane).finish();
  DocumentBuilder fields;
  fields.text("_id", lane).int32("v", 1).copy("key", note.key.bson, "_id");
  const std::string document =
      fields.int64("position", note.position).date("at", note.at_ms).finish();
  const mongo::WriteOp write{mongo::WriteOp::Kind::replace_upsert, filter, document};
  TRY(const mongo::BulkResult done,
      session.client().bulk(where_, std::span(&write, 1), true, &session));
  if (!done.errors.empty()) return done.errors.front().error;
  return {};
}

}  // namespace crossfade::state
