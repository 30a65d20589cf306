#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/mongo/client.h"

namespace crossfade::state {

/// How far a link has come. Stored before it takes effect; only ever moves on.
enum class Phase { defined, copying, catching_up, synced };

std::string_view to_string(Phase phase);

/// One document of `links`. Version 1.
struct LinkRecord {
  std::string name;
  std::string id;  ///< random, made once; write tokens carry it
  std::string table;
  std::string collection;
  std::string stream_arn;  ///< the stream the log's positions belong to
  Phase phase = Phase::defined;
  std::int64_t epoch = 1;
  int lanes = 1;            ///< fixed at creation: keys must stay in their lane
  int segments = 1;         ///< of the load, fixed at creation
  std::string forward_log;  ///< event log ids: positions of another log mean nothing
  std::string backward_log;
  bool into_existing = false;
  std::int64_t armed_at = -1;  ///< forward log position from which the authority rule holds
};

/// Blocking; inside offload() only. All reads and writes are majority.
class LinkStore {
 public:
  explicit LinkStore(std::string database) : where_{std::move(database), "links"} {}

  Result<std::optional<LinkRecord>> find(mongo::Client& client, const std::string& name) const;
  /// Fault::duplicate_key when the link exists.
  Result<void> create(mongo::Client& client, const LinkRecord& link) const;
  /// Replaces the stored record of the same id; Fault::stale when there is none.
  Result<void> save(mongo::Client& client, const LinkRecord& link) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
