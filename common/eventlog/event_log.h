#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "common/async/stop.h"
#include "common/base/log.h"
#include "common/eventlog/position.h"

namespace crossfade::eventlog {

class FileSystem;

struct Options {
  std::string directory;  ///< one log; created when missing
  std::int64_t segment_bytes = 64LL << 20;
  std::int64_t max_bytes = 16LL << 30;        ///< of all segments together
  std::int64_t min_free_bytes = 512LL << 20;  ///< of the file system, below which appends fail
  Milliseconds retention = std::chrono::hours(24);  ///< applied segments are kept this long ...
  Milliseconds short_retention =
      std::chrono::hours(1);    ///< ... but only this long while the log is near its limit
  Milliseconds group_delay{2};  ///< least time between the syncs of a busy log; an idle one never
                                ///< waits
  std::size_t tail_bytes = 4U << 20U;  ///< of the newest records kept in memory
  std::shared_ptr<FileSystem> files;   ///< nothing: the real one
};

struct Usage {
  Position first = 0;  ///< begin of the oldest segment kept
  Position end = 0;    ///< durable end
  std::int64_t bytes = 0;
  bool near_limit =
      false;  ///< over 80 % of max_bytes, or free space under twice min_free_bytes: alarm
};

/// The durable, ordered log between capture and apply: segment files of records `length, CRC-32,
/// bytes` (format.h). Opening cuts a torn tail (an append that never returned); damage anywhere
/// else is Fault::corrupt, at opening or when it is read. One process at a time holds a directory
/// (file lock). Dying at any line loses at most appends that had not returned.
///
/// Called on the service's thread; files are touched on `pool` only. Every call must have returned
/// before the log is destroyed, and the pool must be joined before the service's io_context is.
class EventLog {
 public:
  /// Blocks; call through offload or before the service runs. Fault::invalid when another process
  /// holds it, or when it was written in a format that this program does not know.
  static Result<std::unique_ptr<EventLog>> open(Options options, Executor executor,
                                                ThreadPool& pool, const Clock& clock, Log& log);
  ~EventLog();

  /// A random id made at creation: positions of another log mean nothing here.
  const std::string& id() const;
  /// True when open() created the log.
  bool fresh() const;

  /// Appends in order, atomically with respect to other appends, and returns after fsync the
  /// position of each record. Calls in flight share an fsync. Fault::disk_full: nothing was
  /// appended, and it works again once there is room. Fault::corrupt with outcome_unknown: a sync
  /// failed, so what the disk kept is unknown; this and all later appends fail until the log is
  /// opened again. Fault::invalid: a record over 256 MiB.
  Task<Result<std::vector<Position>>> append(std::vector<std::string> records);

  /// Whole records from `from` on, at least one when there is any, at most about `max_bytes`. Only
  /// durable ones. Fault::corrupt when `from` lies before the oldest segment (the sentence says the
  /// gap), after the end or inside a record. Of the newest records it costs neither a system call
  /// nor a hop to the pool.
  Task<Result<std::vector<Record>>> read(Position from, std::size_t max_bytes);

  /// Durable end.
  Position end() const;
  /// The begin of the segment that was current at `age` before the newest record, at most the
  /// oldest kept: where to read from to rebuild what the last minutes said.
  Position begin_of_last(Milliseconds age) const;
  /// Free space is as of the last append or collect.
  Usage usage() const;

  /// Notified after each durable append.
  Signal& appended();

  /// Removes segments that lie wholly before `applied` and are past the retention.
  Task<Result<void>> collect(Position applied);

 private:
  struct Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::eventlog
