#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/dynamo/client.h"
#include "common/model/health.h"
#include "common/model/progress.h"
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

/// What the apply works with; all of it outlives the apply.
struct ApplyContext {
  dynamo::Client& client;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  mongo::Pool& mongo;  ///< for reads
  mongo::Pool& lanes;  ///< its sessions do marked transactions only
  ThreadPool& threads;
  state::Restorer& restorer;  ///< asks the backward direction
  OwnerOf owner;
  Progress& progress;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// Applies the forward log to MongoDB: every lane reads it from its own checkpoint, takes the keys
/// that are its own by hash, and writes them batch by batch, in order.
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
  /// Returns when everything before `position` is applied, or the stop is requested.
  Task<void> reach(eventlog::Position position, Stop& stop);
  /// Notified when applied() has moved.
  Signal& moved() { return moved_; }

 private:
  friend class Lane;

  Task<Result<void>> count_waiting();
  void lane_moved();

  ApplyOptions options_;
  ApplyContext context_;
  TaskGroup group_;
  Signal moved_;
  std::vector<std::unique_ptr<class Lane>> lanes_;
};

}  // namespace crossfade::forward
