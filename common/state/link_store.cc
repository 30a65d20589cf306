#include "common/state/link_store.h"

#include <array>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr std::int32_t kVersion = 1;
constexpr std::array kPhases{Phase::defined, Phase::copying, Phase::catching_up, Phase::synced};

std::string to_bson(const LinkRecord& link) {
  DocumentBuilder out;
  out.text("_id", link.name).int32("v", kVersion).text("id", link.id).text("table", link.table);
  out.text("collection", link.collection).text("stream_arn", link.stream_arn);
  out.text("phase", to_string(link.phase)).int64("epoch", link.epoch);
  out.int32("lanes", link.lanes).int32("segments", link.segments);
  out.text("forward_log", link.forward_log).text("backward_log", link.backward_log);
  out.boolean("into_existing", link.into_existing).int64("armed_at", link.armed_at);
  return std::move(out).finish();
}

std::string text_of(const DocumentView& view, std::string_view name) {
  return std::string(view.text(name).value_or(""));
}

Result<Phase> phase_of(std::string_view text) {
  for (const Phase phase : kPhases) {
    if (to_string(phase) == text) return phase;
  }
  return fail(Fault::corrupt, "The state database names a link phase this version does not know.");
}

Result<LinkRecord> from_bson(std::string_view bson) {
  const DocumentView view(bson);
  if (view.integer("v") != kVersion) {
    return fail(Fault::corrupt, "The state database was written by a newer version of crossfade.");
  }
  LinkRecord link;
  TRY(link.phase, phase_of(view.text("phase").value_or("")));
  link.name = text_of(view, "_id");
  link.id = text_of(view, "id");
  link.table = text_of(view, "table");
  link.collection = text_of(view, "collection");
  link.stream_arn = text_of(view, "stream_arn");
  link.epoch = view.integer("epoch").value_or(1);
  link.lanes = static_cast<int>(view.integer("lanes").value_or(1));
  link.segments = static_cast<int>(view.integer("segments").value_or(1));
  link.forward_log = text_of(view, "forward_log");
  link.backward_log = text_of(view, "backward_log");
  link.into_existing = view.boolean("into_existing").value_or(false);
  link.armed_at = view.integer("armed_at").value_or(-1);
  return link;
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::defined:
      return "defined";
    case Phase::copying:
      return "copying";
    case Phase::catching_up:
      return "catching-up";
    case Phase::synced:
      return "synced";
  }
  return "unknown";
}

Result<std::optional<LinkRecord>> LinkStore::find(mongo::Client& client,
                                                  const std::string& name) const {
  const std::string filter = DocumentBuilder().text("_id", name).finish();
  TRY(const std::optional<std::string> found, client.find_one(where_, filter));
  if (!found) return std::optional<LinkRecord>();
  TRY(LinkRecord link, from_bson(*found));
  return std::optional<LinkRecord>(std::move(link));
}

Result<void> LinkStore::create(mongo::Client& client, const LinkRecord& link) const {
  const std::string document = to_bson(link);
  const mongo::WriteOp insert{mongo::WriteOp::Kind::insert, {}, document};
  TRY(const mongo::BulkResult done, client.bulk(where_, {&insert, 1}, true));
  if (!done.errors.empty()) return done.errors.front().error;
  return {};
}

Result<void> LinkStore::save(mongo::Client& client, const LinkRecord& link) const {
  const std::string filter = DocumentBuilder().text("_id", link.name).text("id", link.id).finish();
  DocumentBuilder update;
  update.document("$set", to_bson(link));
  TRY(const std::int64_t matched,
      client.update_one(where_, filter, std::move(update).finish(), false));
  if (matched == 1) return {};
  return fail(Fault::stale,
              "The state of link \"" + link.name + "\" was removed or replaced by somebody else.");
}

}  // namespace crossfade::state
