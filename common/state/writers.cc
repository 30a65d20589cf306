#include "common/state/writers.h"

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;

constexpr std::uint8_t kUuidSubtype = 4;

std::string filter_of(const std::string& session_id) {
  return DocumentBuilder().binary("_id", session_id, kUuidSubtype).finish();
}

}  // namespace

Result<void> Writers::add(mongo::Client& client, const std::string& session_id,
                          const std::string& link, std::int64_t now_ms) const {
  DocumentBuilder fields;
  fields.int32("v", 1).text("link", link).date("created", now_ms);
  DocumentBuilder update;
  update.document("$set", std::move(fields).finish());
  TRY_VOID(client.update_one(where_, filter_of(session_id), std::move(update).finish(), true));
  return {};
}

Result<bool> Writers::contains(mongo::Client& client, const std::string& session_id) const {
  TRY(const std::optional<std::string> found, client.find_one(where_, filter_of(session_id)));
  return found.has_value();
}

}  // namespace crossfade::state
