#include "sync/oplog.h"

#include <algorithm>

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr double kMsPerHour = 3'600'000;

Error unreadable() {
  return fail(Fault::not_found, "The oplog (local.oplog.rs) is not there to be read.");
}

}  // namespace

Result<OplogWindow> read_oplog(mongo::Client& client) {
  const mongo::Namespace where{"local", "oplog.rs"};
  mongo::FindOptions oldest;
  oldest.sort = DocumentBuilder().int32("$natural", 1).finish();
  oldest.projection = DocumentBuilder().int32("ts", 1).finish();
  oldest.majority = false;
  TRY(const std::optional<std::string> first,
      client.find_one(where, DocumentBuilder().finish(), oldest));
  TRY(const std::string stats,
      client.command(where.database, DocumentBuilder().text("collStats", "oplog.rs").finish()));
  const DocumentView sizes(stats);
  const auto ts = first ? DocumentView(*first).timestamp("ts") : std::nullopt;
  const auto bytes = sizes.integer("size");
  const auto most = sizes.integer("maxSize");
  if (!ts || !bytes || !most) return unreadable();
  return OplogWindow{static_cast<std::int64_t>(*ts >> 32) * 1'000, *bytes, *most};
}

double oplog_headroom_hours(const OplogWindow& window, std::int64_t position_ms,
                            std::int64_t now_ms) {
  const double age_ms = std::max(kMsPerHour, static_cast<double>(now_ms - window.first_ms));
  const auto bytes = static_cast<double>(std::max<std::int64_t>(1, window.bytes));
  const auto room =
      static_cast<double>(std::max<std::int64_t>(0, window.most_bytes - window.bytes));
  const auto behind_ms = static_cast<double>(position_ms - window.first_ms);
  return (behind_ms + room / bytes * age_ms) / kMsPerHour;
}

}  // namespace crossfade::sync
