#include "common/state/mismatches.h"

#include <utility>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

std::string filter_of(const std::string& link, const Key& key) {
  DocumentBuilder id;
  id.text("link", link).copy("key", key.bson, "_id");
  return DocumentBuilder().document("_id", std::move(id).finish()).finish();
}

Mismatch from_bson(const std::string& bson) {
  const DocumentView view(bson);
  Mismatch out;
  out.key = {DocumentBuilder().copy("_id", bson, "key").finish()};
  out.what = view.text("what").value_or("");
  out.since_ms = view.date_ms("since").value_or(0);
  return out;
}

}  // namespace

Result<void> Mismatches::put(mongo::Client& client, const std::string& link,
                             const Mismatch& mismatch) const {
  DocumentBuilder fields;
  fields.int32("v", 1).text("link", link).copy("key", mismatch.key.bson, "_id");
  fields.text("what", mismatch.what).date("since", mismatch.since_ms);
  DocumentBuilder update;
  update.document("$set", std::move(fields).finish());
  TRY_VOID(
      client.update_one(where_, filter_of(link, mismatch.key), std::move(update).finish(), true));
  return {};
}

Result<void> Mismatches::remove(mongo::Client& client, const std::string& link,
                                const Key& key) const {
  const std::string filter = filter_of(link, key);
  const mongo::WriteOp removal{mongo::WriteOp::Kind::remove, filter, {}};
  TRY(const mongo::BulkResult done, client.bulk(where_, {&removal, 1}, true));
  if (!done.errors.empty()) return done.errors.front().error;
  return {};
}

Result<std::vector<Mismatch>> Mismatches::list(mongo::Client& client, const std::string& link,
                                               int limit) const {
  mongo::FindOptions options;
  options.sort = DocumentBuilder().int32("since", 1).finish();
  options.limit = limit;
  TRY(const std::vector<std::string> found,
      client.find(where_, DocumentBuilder().text("link", link).finish(), options));
  std::vector<Mismatch> out;
  out.reserve(found.size());
  for (const std::string& one : found) out.push_back(from_bson(one));
  return out;
}

}  // namespace crossfade::state
