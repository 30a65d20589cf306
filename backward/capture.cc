#include "backward/capture.h"

#include <algorithm>
#include <set>

namespace crossfade::backward {
namespace {

constexpr std::size_t kReadBytes = 4U << 20;
constexpr std::int64_t kTokenEveryMs = 1'000;
constexpr Milliseconds kRecentLog = std::chrono::minutes(2);
constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{5'000};
constexpr Milliseconds kFullLogPause{5'000};

Change position_only(std::string token, std::int64_t now_ms) {
  Change change;
  change.kind = ChangeKind::position;
  change.source_time_ms = now_ms;
  change.source = std::move(token);
  return change;
}

/// Source time up to which a batch speaks for the whole stream.
std::int64_t end_of(const mongo::ChangeBatch& batch, std::int64_t now_ms) {
  return batch.events.empty() ? now_ms : read_event(batch.events.back(), {}, {}).time_ms;
}

Error ended(const Event& event, const mongo::Namespace& collection) {
  return fail(
      Fault::history_lost,
      "The collection " + collection.full() + " saw a \"" + std::string(event.operation) +
          "\": its changes can no longer be followed. Load it again under a new link name.");
}

Error named(Error error, const mongo::Namespace& collection) {
  if (error.fault != Fault::history_lost) return error;
  error.message = "Changes of collection " + collection.full() + " are missing: " + error.message +
                  ". Load it again under a new link name with --into-existing.";
  return error;
}

}  // namespace

Capture::Capture(CaptureOptions options, CaptureContext context, Stop& parent)
    : options_(std::move(options)),
      context_(context),
      group_(parent),
      sessions_(options_.state_database),
      heartbeat_store_(options_.state_database),
      heartbeat_moved_(parent.executor()) {}

Capture::~Capture() {
  stream_thread_.join();
}

Task<Result<void>> Capture::prepare() {
  CO_TRY_VOID(co_await recover(context_.log.begin_of_last(kRecentLog)));
  if (token_.empty()) CO_TRY_VOID(co_await recover(context_.log.usage().first));
  CO_TRY_VOID(co_await open_stream());
  if (!token_.empty()) co_return Result<void>();
  CO_TRY(const mongo::ChangeBatch first, co_await next_batch());
  std::vector<std::string> records{
      encode(position_only(first.resume_token, context_.clock.wall_ms()))};
  CO_TRY_VOID(co_await append(std::move(records)));
  co_return co_await accept(first);
}

Task<Result<void>> Capture::recover(eventlog::Position from) {
  while (from < context_.log.end()) {
    CO_TRY(const std::vector<eventlog::Record> records,
           co_await context_.log.read(from, kReadBytes));
    for (const eventlog::Record& record : records) {
      CO_TRY(Change change, decode(record.bytes));
      if (change.kind == ChangeKind::put || change.kind == ChangeKind::remove)
        context_.recent.changed(change.key, Side::mongodb, record.begin, change.source_time_ms);
      if (!change.source.empty()) {
        token_ = std::move(change.source);
        read_until_ms_ = std::max(read_until_ms_, change.source_time_ms);
      }
      from = record.end;
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Capture::run() {
  group_.start(read_stream());
  group_.start(beat());
  co_return co_await group_.join();
}

Task<Result<void>> Capture::read_stream() {
  Backoff backoff(kFirstPause, kLongestPause, context_.random);
  while (!group_.stop().requested()) {
    if (!stream_) {
      auto opened = co_await open_stream();
      if (!opened) {
        CO_TRY_VOID(co_await pause_or_end(opened.error(), backoff));
        continue;
      }
    }
    auto batch = co_await next_batch();
    if (!batch && batch.error().fault == Fault::rejected && options_.images && !narrow_) {
      narrow_ = true;
      stream_.reset();
      continue;
    }
    const bool past_the_large_one = batch && narrow_ && !batch->events.empty();
    auto accepted = batch ? co_await accept(std::move(batch).value()) : Result<void>(batch.error());
    if (accepted) {
      if (backoff.attempts() > 0) context_.health.well("change stream");
      backoff.reset();
      if (past_the_large_one) {
        narrow_ = false;
        stream_.reset();
      }
      continue;
    }
    CO_TRY_VOID(co_await pause_or_end(accepted.error(), backoff));
    stream_.reset();
  }
  co_return Result<void>();
}

Task<Result<void>> Capture::pause_or_end(Error error, Backoff& backoff) {
  if (error.next() != Next::retry && error.next() != Next::retry_patiently) co_return error;
  context_.health.trouble("change stream", error.message);
  co_await group_.stop().sleep(backoff.next() + kFirstPause);
  co_return Result<void>();
}

Task<Result<void>> Capture::open_stream() {
  mongo::ChangeStreamOptions options;
  options.namespaces = {options_.collection, heartbeat_store_.where()};
  options.resume_after = token_;
  options.images = options_.images && !narrow_;
  if (narrow_) options.batch_size = 1;
  auto open = [&] { return mongo::ChangeStream::open(context_.mongo.acquire(), options); };
  auto stream = co_await offload(stream_thread_, open);
  if (!stream) co_return named(stream.error(), options_.collection);
  stream_.emplace(std::move(stream).value());
  co_return Result<void>();
}

Task<Result<mongo::ChangeBatch>> Capture::next_batch() {
  auto next = [&] { return stream_->next(); };
  auto batch = co_await offload(stream_thread_, next);
  if (!batch) co_return named(batch.error(), options_.collection);
  co_return batch;
}

Task<Result<void>> Capture::accept(mongo::ChangeBatch batch) {
  std::deque<std::string> fetched;
  CO_TRY(const std::vector<Event> events, co_await genuine_of(batch, fetched));
  std::vector<std::string> encoded;
  std::vector<std::pair<std::size_t, Key>> changed;  ///< by place among the encoded
  std::int64_t heartbeat = heartbeat_seen_;
  const std::int64_t events_end_ms = end_of(batch, context_.clock.wall_ms());
  const std::int64_t now = context_.clock.wall_ms();
  std::int64_t oldest_ms = now;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::ended) co_return ended(event, options_.collection);
    if (event.kind == Event::Kind::heartbeat) heartbeat = std::max(heartbeat, event.heartbeat);
    for (const Change& change : changes_of(event, context_.mapper, options_.with_before)) {
      if (change.kind != ChangeKind::restore) {
        oldest_ms = std::min(oldest_ms, change.source_time_ms);
        changed.emplace_back(encoded.size(), change.key);
      }
      encoded.push_back(encode(change));
    }
  }
  const auto genuine = static_cast<std::int64_t>(changed.size());
  if (!encoded.empty() || (now - token_stored_ms_ >= kTokenEveryMs && !batch.events.empty())) {
    encoded.push_back(encode(position_only(batch.resume_token, now)));
    token_stored_ms_ = now;
    CO_TRY(const std::vector<eventlog::Position> places, co_await append(std::move(encoded)));
    for (const auto& [index, key] : changed)
      context_.recent.changed(key, Side::mongodb, places[index], now);
  }
  context_.progress.captured(context_.log.end(), genuine, oldest_ms);
  token_ = std::move(batch.resume_token);
  read_until_ms_ = events_end_ms;
  heartbeat_seen_ = heartbeat;
  heartbeat_moved_.notify();
  co_return Result<void>();
}

/// The batch without our own writes; changes without their document get the present one.
Task<Result<std::vector<Event>>> Capture::genuine_of(const mongo::ChangeBatch& batch,
                                                     std::deque<std::string>& fetched) {
  std::vector<Event> events;
  std::set<std::string> unknown;
  for (const std::string& bson : batch.events) {
    events.push_back(read_event(bson, heartbeat_store_.where(), options_.link));
    const std::string_view session = events.back().session_id;
    if (!session.empty() && !sessions_.knows(session)) unknown.emplace(session);
  }
  if (!unknown.empty()) {
    const std::vector<std::string> ids(unknown.begin(), unknown.end());
    auto ask = [&]() -> Result<void> {
      mongo::Client client = context_.mongo.acquire();
      return sessions_.look_up(client, ids);
    };
    CO_TRY_VOID(co_await offload(context_.threads, ask));
  }
  const auto echoes = std::erase_if(events, [&](const Event& event) {
    return event.kind != Event::Kind::note && sessions_.is_ours(event.session_id);
  });
  context_.progress.echoes(static_cast<std::int64_t>(echoes));
  CO_TRY_VOID(co_await look_up(events, fetched));
  co_return events;
}

Task<Result<void>> Capture::look_up(std::vector<Event>& events, std::deque<std::string>& fetched) {
  const auto bare = [](const Event& event) {
    return event.kind == Event::Kind::put && !event.document;
  };
  if (!options_.images || std::ranges::none_of(events, bare)) co_return Result<void>();
  auto ask = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    for (Event& event : events) {
      if (!bare(event)) continue;
      TRY(std::optional<std::string> found,
          client.find_one(options_.collection, event.document_key));
      if (found) event.document = fetched.emplace_back(std::move(*found));
    }
    return {};
  };
  co_return co_await offload(context_.threads, ask);
}

/// A full disk is waited out: the oplog keeps the events meanwhile, and its window is watched by
/// the operator.
Task<Result<std::vector<eventlog::Position>>> Capture::append(std::vector<std::string> records) {
  while (true) {
    std::vector<std::string> copy = records;
    auto done = co_await context_.log.append(std::move(copy));
    if (done) context_.health.well("backward log");
    if (done || done.error().fault != Fault::disk_full) co_return done;
    context_.health.trouble("backward log", done.error().message);
    context_.out.error("log_full", {{"link", options_.link}, {"why", done.error().message}});
    co_await group_.stop().sleep(kFullLogPause);
    if (group_.stop().requested())
      co_return fail(Fault::stopped, "stopped while the event log was full");
  }
}

Task<Result<std::int64_t>> Capture::write_heartbeat() {
  auto write = [&]() -> Result<std::int64_t> {
    mongo::Client client = context_.mongo.acquire();
    return heartbeat_store_.beat(client, options_.link, context_.clock.wall_ms());
  };
  co_return co_await offload(context_.threads, write);
}

Task<Result<void>> Capture::beat() {
  while (!group_.stop().requested()) {
    co_await group_.stop().sleep(options_.heartbeat);
    if (group_.stop().requested()) break;
    auto beaten = co_await write_heartbeat();
    if (!beaten)
      context_.out.warning("heartbeat_failed",
                           {{"link", options_.link}, {"why", beaten.error().message}});
  }
  co_return Result<void>();
}

Task<Result<void>> Capture::drain(Stop& stop) {
  CO_TRY(const std::int64_t number, co_await write_heartbeat());
  while (!stop.requested() && !group_.stop().requested()) {
    if (heartbeat_seen_ >= number) co_return Result<void>();
    co_await heartbeat_moved_.wait(stop, Milliseconds(250));
  }
  co_return fail(Fault::stopped,
                 "The capture stopped before it reached the end of the change stream.");
}

}  // namespace crossfade::backward
