#pragma once

#include <cstdint>
#include <string>

namespace crossfade::eventlog {

/// A place in the log: bytes since its creation. Never re-used, survives the removal of old
/// segments.
using Position = std::int64_t;

struct Record {
  Position begin = 0;
  Position end = 0;  ///< where the next record begins: what a checkpoint stores
  std::string bytes;
};

}  // namespace crossfade::eventlog
