#include "common/state/load_store.h"

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

std::string id_of(const std::string& link, int segment) {
  return link + "/" + std::to_string(segment);
}

}  // namespace

Result<std::vector<SegmentCheckpoint>> LoadStore::read(mongo::Client& client,
                                                       const std::string& link,
                                                       int segments) const {
  std::vector<SegmentCheckpoint> out;
  for (int segment = 0; segment < segments; ++segment) {
    SegmentCheckpoint checkpoint;
    checkpoint.segment = segment;
    const std::string filter = DocumentBuilder().text("_id", id_of(link, segment)).finish();
    TRY(const std::optional<std::string> found, client.find_one(where_, filter));
    if (found) {
      const DocumentView view(*found);
      checkpoint.next_key = view.text("next_key").value_or("");
      checkpoint.items = view.integer("items").value_or(0);
      checkpoint.done = view.boolean("done").value_or(false);
    }
    out.push_back(std::move(checkpoint));
  }
  return out;
}

Result<void> LoadStore::save(mongo::Client& client, const std::string& link,
                             const SegmentCheckpoint& checkpoint) const {
  DocumentBuilder fields;
  fields.int32("v", 1).text("link", link).text("next_key", checkpoint.next_key);
  fields.int64("items", checkpoint.items).boolean("done", checkpoint.done);
  DocumentBuilder update;
  update.document("$set", std::move(fields).finish());
  const std::string filter =
      DocumentBuilder().text("_id", id_of(link, checkpoint.segment)).finish();
  TRY_VOID(client.update_one(where_, filter, std::move(update).finish(), true));
  return {};
}

}  // namespace crossfade::state
