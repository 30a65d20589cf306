#pragma once

#include "common/async/offload.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"

namespace crossfade::dynamo {

/// What a client needs of the service; all of it outlives the client.
struct Parts {
  Executor executor;
  ThreadPool& pool;  ///< files and commands are read there
  const Clock& clock;
  Random& random;
  Log& log;
};

}  // namespace crossfade::dynamo
