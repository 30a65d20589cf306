#include "common/state/writers.h"

#include <vector>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr std::uint8_t kUuidSubtype = 4;
constexpr std::int64_t kMostEnded = 256;  // the latest: older ones ran out long ago

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

Result<void> Writers::end_all(mongo::Client& client, const std::string& link) const {
  mongo::FindOptions options;
  options.sort = DocumentBuilder().int32("created", -1).finish();
  options.limit = kMostEnded;
  const std::string filter = DocumentBuilder().text("link", link).finish();
  TRY(const std::vector<std::string> found, client.find(where_, filter, options));
  std::vector<std::string> sessions;
  for (const std::string& writer : found) {
    const std::string_view id = DocumentView(writer).binary("_id").value_or("");
    sessions.push_back(DocumentBuilder().binary("id", id, kUuidSubtype).finish());
  }
  if (sessions.empty()) return {};
  const auto ended =
      client.command("admin", DocumentBuilder().array("killSessions", sessions).finish());
  if (!ended && ended.error().fault != Fault::forbidden) return ended.error();
  return {};
}

}  // namespace crossfade::state
