#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/dynamo/client.h"
#include "common/eventlog/event_log.h"
#include "common/model/health.h"
#include "common/model/progress.h"
#include "common/model/recent_keys.h"
#include "forward/echo_filter.h"
#include "forward/poll_pace.h"
#include "forward/propagation.h"
#include "forward/shard_tree.h"

namespace crossfade::forward {

struct CaptureOptions {
  std::string link;
  std::string link_id;
  std::string table;
  std::string stream_arn;
  Milliseconds poll_interval{200};
  Milliseconds idle_poll_interval{800};
  bool ignore_ttl_deletes = false;
  bool with_before = false;       ///< records say what was before: for policies that need it
  Milliseconds propagation{300};  ///< assumed until it is measured, see Propagation
};

/// What the capture works with; all of it outlives the capture.
struct CaptureContext {
  dynamo::Client& client;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  Progress& progress;
  RecentKeys& recent;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// Reads every shard of the stream at once, parents before children, drops and counts echoes, and
/// appends the rest to the event log. The log is its checkpoint: a record is read past only after
/// it is durable, and on start the log says where each shard goes on (dying anywhere repeats at
/// most the last page of each shard).
class Capture {
 public:
  Capture(CaptureOptions options, CaptureContext context, Stop& parent);

  /// Rebuilds cursors and echo filter from the log, or begins at the present end of the stream.
  Task<Result<void>> prepare();
  /// Reads until the stop or a fault that ends the link (gap, stream gone, log damaged).
  Task<Result<void>> run();
  /// Every shard that was open at the start has an iterator: what is written from now on will be
  /// captured.
  bool anchored() const;
  /// Wall time before which nothing is unread in any shard; 0 when that is not known.
  std::int64_t read_until_ms() const;
  /// Returns when everything committed before the call is durable in the log: when each open shard
  /// has been read to its tip twice, the measured propagation time apart.
  Task<Result<void>> drain(Stop& stop);

 private:
  friend class ShardReader;

  struct Tip {
    bool anchored = false;
    std::int64_t reached_ms = -1;  ///< steady begin of the last request, if its page was not full
    std::int64_t last_created_ms = 0;
    std::int64_t earliest_ms = 0;  ///< the next record of the shard was made then or later
    std::int64_t tip_ms = 0;       ///< wall begin of the last request that reached the tip
  };

  Task<Result<void>> recover();
  Task<Result<void>> replay(eventlog::Position from);
  void remember_echo(const Change& change);
  Task<Result<std::vector<dynamo::Shard>>> list_shards();
  Task<Result<void>> begin_at_present();
  Task<Result<void>> store_tree();
  Task<Result<void>> read_shard(std::string shard);
  Task<Result<void>> shard_finished(std::string shard);
  Task<Result<void>> find_children(std::string shard);
  Task<Result<void>> look_for_shards();
  Task<Result<void>> watch_lineage();
  Task<Result<void>> start_readers(std::vector<std::string> shards);
  Task<Result<void>> accept(const std::string& shard, std::vector<codec::StreamRecord> records,
                            std::int64_t not_before_ms);
  std::optional<Change> classify(const std::string& shard, codec::StreamRecord& record,
                                 std::int64_t not_before_ms);
  Task<Result<std::vector<eventlog::Position>>> append(std::vector<std::string> records);
  void time_echo(const Change& change, std::int64_t not_before_ms);
  void forget_old_echoes();
  std::int64_t now_ms() const;

  CaptureOptions options_;
  CaptureContext context_;
  TaskGroup readers_;
  Signal hurry_;
  Signal tip_moved_;
  ShardTree tree_;
  EchoFilter filter_;
  Propagation propagation_;
  std::map<std::string, Tip> tips_;
  std::int64_t tree_stored_ms_ = 0;
  std::int64_t recovered_ms_ = 0;  ///< when the log says that the stream was read last
  bool appended_since_tree_ = false;
  bool recovered_ =
      false;  ///< cursors come from the log: LATEST would skip what happened meanwhile
};

/// The source position that each record of the log carries: "<shard>|<sequence number>".
std::string shard_position(const std::string& shard, const std::string& sequence);
std::optional<std::pair<std::string, std::string>> parse_shard_position(const std::string& text);

}  // namespace crossfade::forward
