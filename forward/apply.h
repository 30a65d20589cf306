#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/dynamo/client.h"
#include "common/model/health.h"
#include "common/model/progress.h"
#include "common/state/arbiter.h"
#include "common/state/restorer.h"
#include "forward/lane_writer.h"

namespace crossfade::forward {

struct ApplyOptions {
  std::string link;
  std::string table;
  mongo::Namespace collection;
  std::string state_database;
  std::int64_t epoch = 1;
  std::int64_t found_until = 0;  ///< end of the log when the process began
  int lanes = 1;
  int batch_records = 500;
  std::int64_t batch_bytes = 1 << 20;
  std::int64_t armed_at = 0;
  bool by_key_too =
      false;  ///< removals also by the key attributes, for documents with a foreign `_id`
  std::string synced_field;  ///< visible marker; empty: none
};

/// Whether MongoDB's own clients have changed the key since the last hand-off's barrier: looks at
/// everything that was committed before the call. Only asked about stragglers.
using ChangedSinceBarrier = std::function<Task<Result<bool>>(Key, Stop&)>;

/// What the apply works with; all of it outlives the apply.
struct ApplyContext {
  dynamo::Client& client;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  mongo::Pool& mongo;  ///< for reads
  mongo::Pool& lanes;  ///< its sessions do marked transactions only
  ThreadPool& threads;
  state::Restorer& restorer;  ///< asks the backward direction
  Judge judge;
  ChangedSinceBarrier changed_since_barrier;
  state::Arbiter& arbiter;  ///< of changes in DynamoDB
  Progress& progress;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// Applies the forward log to MongoDB: every lane reads it from its own checkpoint, takes the keys
/// that are its own by hash, and writes them batch by batch, in order.
///
/// It can be held at a barrier. Being held is not stored, and a crash meanwhile is nothing special:
/// a new process applies nothing before it knows the group's rules, and what it then applies begins
/// at the checkpoints, which a hold that succeeded has left at the barrier.
class Apply {
 public:
  Apply(ApplyOptions options, ApplyContext context, Stop& parent);
  ~Apply();

  /// Opens lanes and checkpoints, and counts what waits in the log.
  Task<Result<void>> prepare();
  Task<Result<void>> run();
  /// Everything before it is applied, for every lane.
  eventlog::Position applied() const;
  /// Before it nothing is needed for a restart: what may be collected.
  eventlog::Position stored() const;
  /// Returns when everything before `position` is applied; Fault::stopped when either is stopped
  /// before that.
  Task<Result<void>> reach(eventlog::Position position, Stop& stop);

  /// No record at or beyond `barrier`, an end of the log, is applied from now on. A later call may
  /// move it on.
  void hold(eventlog::Position barrier);
  /// Returns when everything before the barrier is applied and every lane has stored its checkpoint
  /// there; Fault::stopped when either is stopped before that.
  Task<Result<void>> settle(Stop& stop);
  /// Harmless when nothing is held.
  void release();
  /// For visible markers from now on.
  void set_epoch(std::int64_t epoch) { options_.epoch = epoch; }
  /// Notified when applied() has moved.
  Signal& moved() { return moved_; }

 private:
  friend class Lane;

  static constexpr eventlog::Position kFree = std::numeric_limits<eventlog::Position>::max();

  Task<Result<void>> count_waiting();
  Task<Result<void>> await(std::function<bool()> reached, Stop& stop);
  void lane_moved();
  /// Where the lanes stop for the moment.
  eventlog::Position limit() const { return std::min(barrier_, context_.log.end()); }

  ApplyOptions options_;
  ApplyContext context_;
  TaskGroup group_;
  Signal moved_;
  std::vector<std::unique_ptr<class Lane>> lanes_;
  eventlog::Position barrier_ = kFree;
  bool settling_ = false;  ///< lanes store their checkpoints where they stand
};

}  // namespace crossfade::forward
