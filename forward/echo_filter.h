#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>

#include "common/codec/mapping.h"

namespace crossfade::forward {

/// Tells our own writes to DynamoDB from a user's by the token they carry. Pure: the verdict
/// depends on the record and on the echoes before it only, never on the wall clock, so a replay
/// decides as the first run.
///
/// A put is an echo iff it introduces a valid token: present in NewImage, not the same in OldImage,
/// of this link, for this key, newer than the last one seen for the key and at most ten minutes
/// older than the record. A delete is an echo iff its OldImage carries our delete mark and that
/// mark came by before and is pending.
class EchoFilter {
 public:
  explicit EchoFilter(std::string link_id) : link_id_(std::move(link_id)) {}

  bool is_echo(const codec::StreamRecord& record) const;
  /// Remembers an echo; also used to rebuild the filter from the event log. `gone`: the item was
  /// deleted.
  void remember(std::uint64_t key_hash, const WriteToken& token, bool gone);
  /// Forgets tokens that were issued before: they are too old to be introduced by any record still
  /// to come.
  void forget_before(std::int64_t issued_ms);
  std::size_t size() const { return seen_.size(); }

  /// How far back echoes must be known, by the time of their records.
  static constexpr std::int64_t kWindowMs = 12LL * 60 * 1'000;

 private:
  struct Seen {
    std::int64_t epoch;
    std::int64_t position;
    std::int64_t issued_ms;
    bool pending_delete;
  };
  bool valid(const codec::StreamRecord& record, const WriteToken& token) const;

  std::string link_id_;
  boost::unordered_flat_map<std::uint64_t, Seen> seen_;
};

}  // namespace crossfade::forward
