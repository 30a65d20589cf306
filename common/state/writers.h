#pragma once

#include <cstdint>
#include <string>

#include "common/mongo/client.h"

namespace crossfade::state {

/// The `writers` collection: ids of the driver sessions whose transactions are ours. A change event
/// with such a session's `lsid.id` is our own write coming back. Blocking; inside offload() only.
class Writers {
 public:
  explicit Writers(std::string database) : where_{std::move(database), "writers"} {}

  /// Durable by majority before it returns: must have returned before the session's first
  /// transaction.
  Result<void> add(mongo::Client& client, const std::string& session_id, const std::string& link,
                   std::int64_t now_ms) const;
  /// Majority read. False is final: a session is registered before it is used, and ids are not
  /// re-used by others.
  Result<bool> contains(mongo::Client& client, const std::string& session_id) const;

  /// Ends the link's sessions of earlier processes: a transaction that a killed one left open would
  /// hold the lane's checkpoint until the server gives it up after a minute. Only for who takes the
  /// link over, before its own sessions are added.
  Result<void> end_all(mongo::Client& client, const std::string& link) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
