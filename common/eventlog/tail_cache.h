#pragma once

#include <deque>
#include <vector>

#include "common/base/result.h"
#include "common/eventlog/position.h"

namespace crossfade::eventlog {

/// The newest records, in memory: who follows the tail reads them without a system call. Always an
/// unbroken run up to the end of the log, at most `limit` bytes. One thread.
class TailCache {
 public:
  explicit TailCache(std::size_t limit) : limit_(limit) {}

  /// Must begin where the one before ended.
  void add(Record record);
  bool covers(Position from) const { return !records_.empty() && from >= records_.front().begin; }
  /// Whole records from `from` on, at least one, at most about `max_bytes`. `from` is covered and
  /// before the end. Fault::corrupt inside a record.
  Result<std::vector<Record>> read(Position from, std::size_t max_bytes) const;
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::deque<Record> records_;
};

/// Nothing but the sentence.
Error inside_a_record(Position from, Position begin, Position end);

}  // namespace crossfade::eventlog
