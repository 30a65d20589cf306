#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/mapping.h"
#include "common/model/change.h"
#include "common/mongo/client.h"

namespace crossfade::backward {

/// The parts of a change event that matter. Views into the event's bytes.
struct Event {
  enum class Kind {
    put,
    remove,
    heartbeat,
    note,  ///< of our own: the value of `key` goes to DynamoDB
    ended,
    other
  };  ///< ended: drop, rename, dropDatabase, invalidate
  Kind kind = Kind::other;
  std::string_view operation;
  std::string_view token;                    ///< `_id`
  std::string_view document_key;             ///< `{_id: ...}`
  std::optional<std::string_view> document;  ///< after the change; absent when it has gone since
  std::optional<std::string_view> before;    ///< pre-image, where the collection keeps them
  std::string_view session_id;               ///< lsid.id of a transaction's event; empty otherwise
  std::int64_t time_ms = 0;                  ///< wallTime (6.0+), else the cluster time's second
  std::int64_t heartbeat = 0;                ///< the number of a heartbeat event of ours
  std::string key;                           ///< `{_id: ...}` of a note
};

/// `heartbeats` is the namespace of the heartbeats and notes; only those of `link` count.
Event read_event(std::string_view bson, const mongo::Namespace& heartbeats,
                 const std::string& link);

/// What a genuine event means for DynamoDB, in order: nothing (an update whose document has gone:
/// its own delete follows), one change, or, when a key attribute was changed, a removal and a put.
/// The resume token is on the last one only, so that a crash between the two repeats both. A key
/// that cannot be told is `rejected`. A note becomes a request to restore. `with_before`: changes
/// say what was before them, where the event tells. Pure.
std::vector<Change> changes_of(const Event& event, const codec::Mapper& mapper,
                               bool with_before = false);

}  // namespace crossfade::backward
