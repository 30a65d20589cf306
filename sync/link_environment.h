#pragma once

#include "common/async/offload.h"
#include "common/base/clock.h"
#include "common/base/failpoints.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/dynamo/client.h"
#include "common/mongo/client.h"
#include "rollout/group_context.h"
#include "sync/config.h"
#include "sync/run_options.h"

namespace crossfade::sync {

/// What all links of a process share. Made once by the service; outlives every link.
struct LinkEnvironment {
  const Config& config;
  const RunOptions& options;
  dynamo::Client& dynamo;
  mongo::Pool& mongo;
  mongo::Pool& lanes;   ///< its sessions do nothing but marked transactions
  ThreadPool& threads;  ///< for MongoDB calls and page conversion
  ThreadPool& disk;     ///< for the event logs, so that no slow store delays an fsync
  const Clock& clock;
  Random& random;
  Log& log;
  rollout::EventSink& events;
  const Failpoints& failpoints;
};

}  // namespace crossfade::sync
