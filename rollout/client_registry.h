#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/control/control_table.h"
#include "rollout/guards.h"

namespace crossfade::rollout {

/// Which clients of a group live, and what they have acknowledged. Pure: times are handed in.
///
/// A lease is a client's promise to stop writing when it has not been renewed for `lease_ms`. It is
/// counted from the moment the service answered last, and a client counts it from the moment it
/// asked, so ours ends later. A client that continues without a lease makes no such promise: only
/// its acknowledgement counts. After a restart every stored client is taken to have renewed just
/// now. Clients that read the control table renew by reading: so no lease given before a fence is
/// alive `lease_ms` after it, whether its client is known here or not.
class ClientRegistry {
 public:
  static constexpr std::int64_t kMarginMs = 500;

  /// What the control table knows of the clients: their acknowledgements count, and a client that
  /// is new here is taken to have renewed at `now_ms` (steady).
  void merge(const std::vector<control::ClientRecord>& stored, std::int64_t now_ms);
  /// A client asked by itself. True when its record must be stored before it is answered: it is
  /// new, or its mode or lease has changed.
  bool renewed(const control::ClientRecord& client, std::int64_t now_ms);
  void forget(const std::string& id);

  /// Nobody who wrote by rules older than `version` can still write by them. `fenced_ms`: steady
  /// time at which `version` was stored.
  bool settled(std::int64_t version, std::int64_t fenced_ms, std::int64_t now_ms) const;
  /// The clients that settled() waits for, for a sentence.
  std::vector<std::string> awaited(std::int64_t version, std::int64_t now_ms) const;
  ClientFacts facts(std::int64_t version, std::int64_t now_ms) const;
  std::vector<control::ClientRecord> records() const;
  /// Clients whose lease has ended long ago: their records may be removed. Never continuing ones.
  std::vector<std::string> expired(std::int64_t now_ms) const;

 private:
  struct Seen {
    control::ClientRecord record;
    std::int64_t renewed_ms = 0;
  };
  std::map<std::string, Seen> clients_;
};

}  // namespace crossfade::rollout
