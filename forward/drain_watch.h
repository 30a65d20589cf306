#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace crossfade::forward {

/// Whether shards have been read to their tips twice since a moment, at least `apart` from each
/// other: what was committed before the moment and is seen within that time has then been read.
/// Pure; steady milliseconds.
class DrainWatch {
 public:
  DrainWatch(std::int64_t since_ms, std::int64_t apart_ms) : since_(since_ms), apart_(apart_ms) {}

  /// `reached_ms` is when the last request that reached the shard's tip began, -1 while it is not
  /// there. True from the second time on.
  bool passed(const std::string& shard, std::int64_t reached_ms) {
    if (reached_ms < since_) return seen_.contains(shard) && seen_[shard].twice;
    Seen& seen = seen_.try_emplace(shard, Seen{reached_ms, false}).first->second;
    seen.twice = seen.twice || reached_ms >= seen.first_ms + apart_;
    return seen.twice;
  }

 private:
  struct Seen {
    std::int64_t first_ms;
    bool twice;
  };
  std::int64_t since_;
  std::int64_t apart_;
  std::map<std::string, Seen> seen_;
};

}  // namespace crossfade::forward
