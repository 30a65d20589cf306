#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/offload.h"
#include "common/async/stop.h"
#include "common/base/log.h"

namespace crossfade::eventlog {

/// A place in the log: bytes since its creation. Never re-used, survives the removal of old
/// segments.
using Position = std::int64_t;

struct Options {
  std::string directory;  ///< one log; created when missing
  std::int64_t segment_bytes = 64LL << 20;
  std::int64_t max_bytes = 16LL << 30;        ///< of all segments together
  std::int64_t min_free_bytes = 512LL << 20;  ///< of the file system, below which appends fail
  Milliseconds retention =
      std::chrono::hours(24);   ///< applied segments are kept at least this long
  Milliseconds group_delay{2};  ///< how long a group waits for company before fsync
};

struct Record {
  Position begin = 0;
  Position end = 0;  ///< where the next record begins: what a checkpoint stores
  std::string bytes;
};

struct Usage {
  Position first = 0;  ///< begin of the oldest segment kept
  Position end = 0;    ///< durable end
  std::int64_t bytes = 0;
  bool near_limit =
      false;  ///< over 80 % of max_bytes, or free space under twice min_free_bytes: alarm
};

/// The durable, ordered log between capture and apply: segment files of records `length, CRC-32C,
/// bytes`. Opening cuts a torn tail (an append that never returned); damage anywhere else is
/// Fault::corrupt. append() and the rest run on the service's thread; files are touched on `pool`
/// only. One process at a time holds a directory (file lock). Dying at any line loses at most
/// appends that had not returned.
class EventLog {
 public:
  /// Blocks; call through offload or before the service runs. Fault::invalid when another process
  /// holds it.
  static Result<std::unique_ptr<EventLog>> open(Options options, Executor executor,
                                                ThreadPool& pool, const Clock& clock, Log& log);
  ~EventLog();

  /// A random id made at creation: positions of another log mean nothing here.
  const std::string& id() const;
  /// True when open() created the log.
  bool fresh() const;

  /// Appends in order, atomically with respect to other appends, and returns after fsync the
  /// position of each record. Calls in flight share an fsync. Fault::disk_full: nothing was
  /// appended.
  Task<Result<std::vector<Position>>> append(std::vector<std::string> records);

  /// Whole records from `from` on, at least one when there is any, at most about `max_bytes`. Only
  /// durable ones. Fault::corrupt when `from` lies before the oldest segment or inside a record.
  Task<Result<std::vector<Record>>> read(Position from, std::size_t max_bytes);

  /// Durable end.
  Position end() const;
  /// The begin of the segment that was current at `age` before the newest record, at most the
  /// oldest kept: where to read from to rebuild what the last minutes said.
  Position begin_of_last(Milliseconds age) const;
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
