#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/codec/mapping.h"
#include "common/state/checkpoints.h"
#include "common/state/heartbeats.h"
#include "common/state/parked.h"
#include "common/state/writers.h"
#include "forward/batch_plan.h"

namespace crossfade::forward {

/// A document to write or a key to remove, ready for MongoDB.
struct DocumentWrite {
  Key key;
  std::string document;  ///< empty: remove
  std::string
      filter;  ///< `{_id: ...}`; of an existing document with a foreign `_id` once that is known
  std::string also;  ///< remove only: a second filter by the key attributes; may be empty
  std::int64_t position = 0;
};

/// A document, or its absence, that the transaction must find as it was read before.
struct Expectation {
  std::string by_id;   ///< filter
  std::string by_key;  ///< a second one, for a document with a foreign `_id`; may be empty
  std::optional<std::string> document;
};

/// What became of a violation that changes MongoDB's value.
struct SettledChange {
  Outcome outcome = Outcome::merged;
  state::Note note;
};

/// Everything that one transaction does.
struct LaneBatch {
  state::LaneCheckpoint from;
  state::LaneCheckpoint to;
  std::vector<DocumentWrite> writes;
  std::vector<state::DeadLetter> dead_letters;
  std::vector<state::Violation> violations;
  std::optional<Expectation> expects;    ///< else Fault::condition_failed, and nothing is written
  std::optional<SettledChange> settled;  ///< of the only violation in it
};

struct LaneWriterOptions {
  std::string link;
  mongo::Namespace collection;
  std::string state_database;
};

/// Applies batches of one lane, each as ONE transaction of a registered session: checkpoint,
/// documents, dead letters and violations take effect together or not at all, so every batch is
/// applied exactly once whatever dies, and a worker that lost its lane is refused by the
/// checkpoint. Blocking; one thread at a time.
class LaneWriter {
 public:
  /// Registers the session (majority) before it can be used. The session stays with this writer and
  /// does nothing but these transactions.
  static Result<LaneWriter> open(mongo::Pool& lanes, mongo::Client& client,
                                 const LaneWriterOptions& options, std::int64_t now_ms);

  /// A document that cannot be stored is moved to dead_letters and the rest is tried again, so the
  /// batch says afterwards what was done; a violation whose value it was is then restored. Errors:
  /// stale (stop), conflict and transient (run the same batch again).
  Result<void> apply(LaneBatch& batch, mongo::Client& reader, const codec::Mapper& mapper,
                     std::int64_t now_ms);

 private:
  LaneWriter(mongo::Session session, LaneWriterOptions options);
  Result<void> try_once(const LaneBatch& batch);
  Result<void> write_all(const LaneBatch& batch);
  Result<void> check(const Expectation& expected);
  Result<void> settle(const Error& cause, const LaneBatch& batch, mongo::Client& reader);
  bool repair(const Error& error, LaneBatch& batch, mongo::Client& reader,
              const codec::Mapper& mapper, std::int64_t now_ms);

  mongo::Session session_;
  LaneWriterOptions options_;
  state::Checkpoints checkpoints_;
  state::Parked parked_;
  state::Heartbeats heartbeats_;
};

}  // namespace crossfade::forward
