#pragma once

#include <string>

#include "forward/capture.h"

namespace crossfade::forward {

/// Reads one shard from its cursor to its end, at its own pace. The iterator is derived from the
/// last durable sequence number whenever it is missing or has expired.
class ShardReader {
 public:
  ShardReader(Capture& capture, std::string shard);

  /// Returns when the shard is finished or the stop is requested. Errors end the link.
  Task<Result<void>> run(Stop& stop);

 private:
  Task<Result<void>> open_iterator();
  Task<Result<void>> look_at_begin();
  Task<Result<void>> read_page(Stop& stop);
  Task<void> wait_turn(Stop& stop);
  Task<Result<void>> handle(Error error, Stop& stop);
  bool younger_than_retention() const;

  Capture& capture_;
  std::string shard_;
  std::string iterator_;
  PollPace pace_;
  bool finished_ = false;
  std::int64_t not_before_ms_ = 0;  ///< wall begin of the last request that reached the tip
  Milliseconds pause_{0};
};

}  // namespace crossfade::forward
