#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "backward/event.h"
#include "backward/session_book.h"
#include "common/async/backoff.h"
#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/eventlog/event_log.h"
#include "common/model/health.h"
#include "common/model/progress.h"
#include "common/model/recent_keys.h"
#include "common/mongo/change_stream.h"
#include "common/state/heartbeats.h"

namespace crossfade::backward {

struct CaptureOptions {
  std::string link;
  mongo::Namespace collection;
  std::string state_database;
  bool images = false;       ///< the collection keeps pre- and post-images
  bool with_before = false;  ///< records say what was before: for policies that need it
  Milliseconds heartbeat{10'000};
};

/// What the capture works with; all of it outlives the capture.
struct CaptureContext {
  mongo::Pool& mongo;
  ThreadPool& threads;
  const codec::Mapper& mapper;
  eventlog::EventLog& log;
  Progress& progress;
  RecentKeys& recent;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// Reads the collection's change stream, drops and counts echoes (events of a registered session's
/// transactions), and appends the rest to the event log. The log is its checkpoint: the last resume
/// token in it is where a new process goes on (dying anywhere repeats at most one batch, whose
/// records the guarded apply recognises).
class Capture {
 public:
  Capture(CaptureOptions options, CaptureContext context, Stop& parent);
  ~Capture();

  /// Finds the last resume token in the log; a fresh log begins at the present end of the stream,
  /// durably.
  Task<Result<void>> prepare();
  /// Reads until the stop or a fault that ends the link.
  Task<Result<void>> run();
  /// Wall time before which nothing is unread in the change stream; 0 when that is not known.
  std::int64_t read_until_ms() const { return read_until_ms_; }
  /// Returns when everything committed before the call is durable in the log: writes a heartbeat
  /// and waits for its own event.
  Task<Result<void>> drain(Stop& stop);

 private:
  Task<Result<void>> read_stream();
  Task<Result<void>> beat();
  Task<Result<std::int64_t>> write_heartbeat();
  Task<Result<void>> open_stream();
  Task<Result<mongo::ChangeBatch>> next_batch();
  Task<Result<void>> accept(mongo::ChangeBatch batch);
  Task<Result<std::vector<Event>>> genuine_of(const mongo::ChangeBatch& batch,
                                              std::deque<std::string>& fetched);
  Task<Result<void>> look_up(std::vector<Event>& events, std::deque<std::string>& fetched);
  Task<Result<std::vector<eventlog::Position>>> append(std::vector<std::string> records);
  Task<Result<void>> recover(eventlog::Position from);
  Task<Result<void>> pause_or_end(Error error, Backoff& backoff);

  CaptureOptions options_;
  CaptureContext context_;
  mongo::Namespace heartbeats_;
  TaskGroup group_;
  ThreadPool stream_thread_{1};
  std::optional<mongo::ChangeStream> stream_;
  SessionBook sessions_;
  state::Heartbeats heartbeat_store_;
  std::string token_;
  bool narrow_ = false;  ///< one event without images: with both, the next is larger than 16 MB
  std::int64_t token_stored_ms_ = 0;
  std::int64_t read_until_ms_ = 0;
  std::int64_t heartbeat_seen_ = 0;
  Signal heartbeat_moved_;
};

}  // namespace crossfade::backward
