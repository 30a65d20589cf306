#pragma once

#include <memory>

#include "common/base/result.h"
#include "sync/event_bus.h"
#include "sync/link_environment.h"

namespace crossfade::sync {

/// Clients, threads, clock and log of one process: made in one place, ended in the right order.
class Process {
 public:
  /// Connects to nothing yet. Fault::invalid when an endpoint or a connection string cannot be
  /// used.
  static Result<std::unique_ptr<Process>> create(const Config& config, const RunOptions& options,
                                                 Executor executor);
  ~Process();

  LinkEnvironment& environment() { return *environment_; }
  Log& log() { return log_; }
  EventBus& events() { return events_; }

 private:
  Process(LogLevel level, const Executor& executor);

  SystemClock clock_;
  Random random_;
  Log log_;
  Failpoints failpoints_;
  EventBus events_;
  ThreadPool threads_;
  ThreadPool disk_;
  std::unique_ptr<dynamo::Client> dynamo_;
  std::unique_ptr<mongo::Pool> mongo_;
  std::unique_ptr<mongo::Pool> lanes_;
  std::unique_ptr<LinkEnvironment> environment_;
};

}  // namespace crossfade::sync
