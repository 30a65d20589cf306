#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "backward/coalesce.h"
#include "backward/item_writer.h"
#include "backward/watermark.h"
#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/eventlog/event_log.h"
#include "router/rules.h"
#include "common/model/health.h"
#include "common/model/progress.h"
#include "common/state/checkpoints.h"
#include "common/state/parked.h"
#include "common/state/restorer.h"

namespace crossfade::backward {

using OwnerOf = std::function<Side(const Key&)>;

struct ApplyOptions {
  std::string link;
  std::string table;
  mongo::Namespace collection;
  std::string state_database;
  std::int64_t epoch = 1;
  std::int64_t found_until = 0;  ///< end of the log when the process began
  int concurrency = 64;
  bool by_key_too =
      false;  ///< documents may have a foreign `_id`: look them up by the key attributes as well
};

/// What the apply works with; all of it outlives the apply.
struct ApplyContext {
  dynamo::Client& client;
  ItemWriter& writer;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  mongo::Pool& mongo;
  ThreadPool& threads;
  state::Restorer& restorer;  ///< asks the forward direction
  OwnerOf owner;
  Progress& progress;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// Applies the backward log to DynamoDB, many keys at once, each key in order; waiting changes of
/// one key are coalesced to the last. The checkpoint follows the first record that is not done, so
/// a crash repeats at most what was in flight or not yet stored as done. Of that only the last
/// change of each key is written again, and the guard of every write makes the repetition harmless.
class Apply {
 public:
  Apply(ApplyOptions options, ApplyContext context, Stop& parent);

  /// Opens the checkpoint and counts what waits in the log.
  Task<Result<void>> prepare();
  Task<Result<void>> run();
  eventlog::Position applied() const { return watermark_.low(); }
  eventlog::Position stored() const { return stored_.offset; }
  Task<void> reach(eventlog::Position position, Stop& stop);

 private:
  struct Pending {
    Change change;
    std::int64_t position;
    std::uint64_t ticket;
    std::size_t bytes;
  };

  Task<Result<void>> count_waiting();
  Task<Result<void>> dispatch();
  Task<void> wait_for_room();
  void enqueue(Pending pending);
  Task<Result<void>> work_key(std::string key);
  Task<Result<void>> work_all(std::deque<Pending> batch);
  bool superseded(const std::deque<Pending>& batch, std::size_t which) const;
  Task<Result<void>> apply_until_done(const Pending& pending);
  Task<Result<void>> apply_one(const Pending& pending);
  Task<Result<void>> write(const Change& change, std::int64_t position);
  Task<Result<void>> restore(const Key& key, std::int64_t position);
  Task<Result<void>> violation(const Pending& pending);
  Task<Result<void>> park(const Pending& pending, std::string reason);
  Task<Result<std::optional<std::string>>> read_document(const Key& key);
  void done(const Pending& pending);
  Task<Result<void>> keep_checkpoint();
  Task<Result<void>> store_checkpoint(bool clean);

  ApplyOptions options_;
  ApplyContext context_;
  TaskGroup group_;
  Signal moved_;
  state::Checkpoints checkpoints_;
  state::Parked parked_;
  state::LaneCheckpoint stored_;
  Watermark watermark_{0};
  eventlog::Position cursor_ = 0;
  std::map<std::string, std::deque<Pending>> queues_;  ///< by key; present while a worker is at it
  std::size_t pending_bytes_ = 0;
  ReplayWindow window_;
  std::uint64_t stored_ticket_ = 0;    ///< tickets before it are behind the stored checkpoint
  std::int64_t suspect_until_ms_ = 0;  ///< what the process before has sent may land until then
};

}  // namespace crossfade::backward
