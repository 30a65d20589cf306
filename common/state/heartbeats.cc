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

}  // namespace crossfade::state
