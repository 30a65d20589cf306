#pragma once

#include <memory>
#include <string>

#include "common/codec/mapping.h"
#include "common/eventlog/event_log.h"
#include "common/state/link_store.h"
#include "sync/link_environment.h"
#include "sync/target.h"

namespace crossfade::sync {

/// Everything found and opened before a link runs.
struct LinkSetup {
  dynamo::TableDescription table;
  mongo::ServerFacts server;
  mongo::Namespace collection;
  std::unique_ptr<codec::Mapper> mapper;
  std::unique_ptr<eventlog::EventLog> forward_log;
  std::unique_ptr<eventlog::EventLog> backward_log;
  state::LinkRecord record;
  eventlog::Position forward_found = 0;  ///< ends of the logs when the process began
  eventlog::Position backward_found = 0;
};

/// Looks at both stores, refuses what cannot work with one sentence, opens the event logs and finds
/// or creates the link's record. Changes nothing in the user's table or collection.
Task<Result<LinkSetup>> set_up_link(const LinkConfig& config, LinkEnvironment& environment,
                                    Executor executor);

}  // namespace crossfade::sync
