#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace crossfade {

/// The identity of one item or document: the bytes of the BSON document `{_id: <mapped key>}`.
/// Canonical by value (N keys as numbers), so equal keys have equal bytes; usable as a MongoDB
/// filter as it is.
struct Key {
  std::string bson;

  auto operator<=>(const Key&) const = default;
};

/// Stable over versions and machines: lanes and write tokens persist it.
std::uint64_t hash_of(const Key& key);

/// What we leave in each item that we write to DynamoDB (reserved attribute, member `w`), so that
/// the stream record of our own write can be told from a user's. Ordered by (epoch, position)
/// within a link.
struct WriteToken {
  std::string link;  ///< link id; a token of another link means nothing to us
  std::int64_t epoch = 0;
  std::int64_t position = 0;   ///< of the backward log record that caused the write
  std::uint64_t key_hash = 0;  ///< a token copied under another key proves nothing
  std::int64_t issued_ms = 0;  ///< wall clock when the write was sent
  bool remove = false;         ///< the mark that announces our delete

  bool operator==(const WriteToken&) const = default;
  bool newer_than(const WriteToken& other) const {
    return epoch != other.epoch ? epoch > other.epoch : position > other.position;
  }
};

/// Why a forward put or remove is no violation whoever owns the key: the load may have seen it.
inline constexpr std::string_view kMaybeBeforeLoad = "maybe before the load";

/// One line of an event log. Both directions speak of documents as they stand in MongoDB: a forward
/// change holds the item already mapped, a backward change the document itself.
enum class ChangeKind : std::uint8_t {
  put = 1,       ///< the key now has `image`
  remove = 2,    ///< the key is gone
  echo = 3,      ///< our own write came back: `token` and key only, kept to rebuild the echo filter
  restore = 4,   ///< write the authority's present value of the key to the other side
  position = 5,  ///< no change: `source` moved, or (`image`) a snapshot of the capture's cursors
  rejected = 6,  ///< cannot be mapped: `image` is the source's text as received, `reason` says why
};

/// What the source had of a key before a change; no image: it had no such item.
struct Former {
  std::optional<std::string> image;

  bool operator==(const Former&) const = default;
};

struct Change {
  ChangeKind kind = ChangeKind::put;
  Key key;
  std::string image;   ///< BSON document (put), source text (rejected), JSON (position)
  std::string source;  ///< where the source stands after it: see ShardPosition, resume token
  std::int64_t source_time_ms = 0;  ///< when the source says it happened
  std::string reason;  ///< of rejected; "gone" of an echo; kMaybeBeforeLoad of put and remove
  std::optional<WriteToken> token;
  std::int64_t earliest_ms = 0;  ///< forward: it was made then or later, however late it was seen
  std::optional<Former>
      before;  ///< of put and remove, where a link's policy needs it and the source told

  bool operator==(const Change&) const = default;
};

/// The bytes of one log record: version 3 where it says what was before, else version 2. decode()
/// also reads version 1, whose earliest time is the source's, and refuses what it does not know.
std::string encode(const Change& change);
Result<Change> decode(std::string_view record);

/// The key hash of an encoded record without decoding the rest, for lanes.
std::uint64_t key_hash_of_record(std::string_view record);

}  // namespace crossfade
