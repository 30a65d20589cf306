#pragma once

#include <cstdint>
#include <string>

#include "common/model/change.h"
#include "common/mongo/client.h"
#include "common/mongo/session.h"

namespace crossfade::state {

struct Note {
  Key key;
  std::int64_t position = 0;  ///< of the record that caused it: no two notes are the same, for a
                              ///< replacement that changes nothing has no event
  std::int64_t at_ms = 0;
};

/// The `heartbeats` collection: one document a link, `{_id: link, n, at}`. Its event in the change
/// stream says that everything committed before it has been seen, and keeps the stream's position
/// moving when nothing else happens.
///
/// Beside it one document a lane, `{_id: "<link>/<lane>", v: 1, key, position, at}`: a note,
/// written in a transaction that changes the key. Its event stands behind all that was committed
/// before the transaction, and asks the backward direction to bring the key's value to DynamoDB
/// then.
class Heartbeats {
 public:
  explicit Heartbeats(std::string database) : where_{std::move(database), "heartbeats"} {}

  const mongo::Namespace& where() const { return where_; }
  /// Adds one and returns the new number, majority. Blocking; inside offload() only.
  Result<std::int64_t> beat(mongo::Client& client, const std::string& link,
                            std::int64_t now_ms) const;
  /// Part of the session's open transaction. `lane` begins with the link's name and a slash.
  Result<void> write(const std::string& lane, const Note& note, mongo::Session& session) const;
  /// The `_id` of a note of this link.
  static bool is_note(std::string_view id, std::string_view link) {
    return id.size() > link.size() && id.starts_with(link) && id[link.size()] == '/';
  }

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
