#pragma once

#include <cstdint>
#include <string>

#include "common/mongo/client.h"

namespace crossfade::state {

/// The `heartbeats` collection: one document a link, `{_id: link, n, at}`. Its event in the change
/// stream says that everything committed before it has been seen, and keeps the stream's position
/// moving when nothing else happens.
class Heartbeats {
 public:
  explicit Heartbeats(std::string database) : where_{std::move(database), "heartbeats"} {}

  const mongo::Namespace& where() const { return where_; }
  /// Adds one and returns the new number, majority. Blocking; inside offload() only.
  Result<std::int64_t> beat(mongo::Client& client, const std::string& link,
                            std::int64_t now_ms) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
