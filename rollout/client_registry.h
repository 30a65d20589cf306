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
/// alive `lease_ms` after it, whether its client is known here or not. One that reads there and has
/// not acknowledged yet writes its own record at least once in each lease: that renews it here.
class ClientRegistry {
 public:
  static constexpr std::int64_t kMarginMs = 500;
  /// How long a silent client is still shown after its lease has ended.
  static constexpr std::int64_t kKeptMs = 60'000;

  /// What the control table knows of the clients: their acknowledgements count, and a client that
  /// is new here, or whose record was written since the last merge, is taken to have renewed at
  /// `now_ms` (steady). Where the two disagree on mode or lease the more cautious one holds.
  void merge(const std::vector<control::ClientRecord>& stored, std::int64_t now_ms);
  /// A client asked by itself. True when its record must be stored before it is answered: it is
  /// new, or its mode or lease has changed. An acknowledgement is never taken back.
  bool renewed(const control::ClientRecord& client, std::int64_t now_ms);
  /// Our own record of it is in the table, as of `seen_ms`: finding it there is no sign of life.
  void stored(const std::string& id, std::int64_t seen_ms);
  void forget(const std::string& id);
  /// The client is known, or there is room for one more.
  bool has_room_for(const std::string& id) const;

  /// Nobody who wrote by rules older than `version` can still write by them. `fenced_ms`: steady
  /// time at which `version` was stored.
  bool settled(std::int64_t version, std::int64_t fenced_ms, std::int64_t now_ms) const;
  /// The clients that settled() waits for, for a sentence; empty when it is true.
  std::vector<std::string> awaited(std::int64_t version, std::int64_t fenced_ms,
                                   std::int64_t now_ms) const;
  /// `behind` counts those that have not acknowledged `version` and may still write. A client is
  /// silent, for `silent_lease_ms`, when it has let half of its lease pass: it renews every fifth.
  /// Of its lease a fence waits for all, however long the silence: it may have renewed by reading.
  ClientFacts facts(std::int64_t version, std::int64_t now_ms) const;
  std::vector<control::ClientRecord> records() const;
  /// Clients whose lease ended more than kKeptMs ago: their records may be removed, unless they
  /// were seen after the `seen_ms` of records(). Never continuing ones.
  std::vector<std::string> expired(std::int64_t now_ms) const;

 private:
  struct Seen {
    control::ClientRecord record;
    std::int64_t renewed_ms = 0;
    std::optional<std::int64_t> stored_ms;  ///< `seen_ms` of the record as the table had it last

    std::int64_t end_ms(std::int64_t begun_ms) const {
      return begun_ms + record.lease_ms + kMarginMs;
    }
  };
  std::map<std::string, Seen> clients_;
};

}  // namespace crossfade::rollout
