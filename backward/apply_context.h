#pragma once

#include <functional>
#include <limits>
#include <string>

#include "backward/item_writer.h"
#include "common/async/offload.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/eventlog/event_log.h"
#include "common/model/health.h"
#include "common/model/progress.h"
#include "common/mongo/client.h"
#include "common/state/arbiter.h"
#include "common/state/restorer.h"
#include "router/rules.h"

namespace crossfade::backward {

/// Who owns the key, by the rule for a record at this position; at kPresent, by that of now.
using OwnerOf = std::function<Side(const Key&, eventlog::Position)>;
inline constexpr eventlog::Position kPresent = std::numeric_limits<eventlog::Position>::max();

struct ApplyOptions {
  std::string link;
  std::string table;
  mongo::Namespace collection;
  std::string state_database;
  std::int64_t epoch = 1;
  std::int64_t found_until = 0;  ///< end of the log when the process began
  std::int64_t done_until = 0;   ///< barrier of the last hand-off: everything before it is done
  int concurrency = 64;
  bool by_key_too =
      false;  ///< documents may have a foreign `_id`: look them up by the key attributes as well
};

/// What the apply works with; all of it outlives the apply.
struct ApplyContext {
  dynamo::Client& client;
  ItemWriter& writer;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  mongo::Pool& mongo;
  ThreadPool& threads;
  state::Restorer& restorer;  ///< asks the forward direction
  OwnerOf owner;
  state::Arbiter& arbiter;  ///< of changes in MongoDB
  Progress& progress;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

}  // namespace crossfade::backward
