#include "common/state/checkpoints.h"

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr std::int32_t kVersion = 1;

std::string position_of(const LaneCheckpoint& checkpoint) {
  DocumentBuilder out;
  out.int64("epoch", checkpoint.epoch)
      .text("log", checkpoint.log)
      .int64("offset", checkpoint.offset);
  return std::move(out).finish();
}

LaneCheckpoint from_bson(std::string_view bson) {
  const DocumentView view(bson);
  LaneCheckpoint out;
  out.id = view.text("_id").value_or("");
  out.epoch = view.integer("epoch").value_or(1);
  out.log = view.text("log").value_or("");
  out.offset = view.integer("offset").value_or(0);
  out.clean = view.boolean("clean").value_or(false);
  out.wary_until_ms = view.date_ms("wary_until").value_or(0);
  return out;
}

}  // namespace

std::string lane_id(const std::string& link, std::string_view direction, int lane) {
  return link + "/" + std::string(direction) + "/" + std::to_string(lane);
}

Result<LaneCheckpoint> Checkpoints::open(mongo::Client& client,
                                         const LaneCheckpoint& initial) const {
  const std::string filter = DocumentBuilder().text("_id", initial.id).finish();
  DocumentBuilder fields;
  fields.int32("v", kVersion).fields(position_of(initial)).boolean("clean", initial.clean);
  fields.date("wary_until", initial.wary_until_ms);
  const std::string values = std::move(fields).finish();
  DocumentBuilder update;
  update.document("$setOnInsert", values);
  TRY_VOID(client.update_one(where_, filter, std::move(update).finish(), true));
  TRY(LaneCheckpoint stored, read(client, initial.id));
  if (stored.log == initial.log) return stored;
  return fail(Fault::stale,
              "The checkpoint " + initial.id +
                  " belongs to an event log that is not in this data_dir; run the link where its "
                  "data_dir is.");
}

Result<LaneCheckpoint> Checkpoints::read(mongo::Client& client, const std::string& id) const {
  TRY(const std::optional<std::string> found,
      client.find_one(where_, DocumentBuilder().text("_id", id).finish()));
  if (!found)
    return fail(Fault::stale, "The checkpoint " + id + " is gone from the state database.");
  return from_bson(*found);
}

Result<void> Checkpoints::advance(mongo::Client& client, const LaneCheckpoint& from,
                                  const LaneCheckpoint& to, mongo::Session* session) const {
  DocumentBuilder filter;
  filter.text("_id", from.id).fields(position_of(from));
  DocumentBuilder fields;
  fields.fields(position_of(to)).boolean("clean", to.clean);
  fields.date("wary_until", to.wary_until_ms);
  DocumentBuilder update;
  update.document("$set", std::move(fields).finish());
  TRY(const std::int64_t matched, client.update_one(where_, std::move(filter).finish(),
                                                    std::move(update).finish(), false, session));
  if (matched == 1) return {};
  return fail(Fault::stale, "Another worker has moved the checkpoint " + from.id + ".");
}

}  // namespace crossfade::state
