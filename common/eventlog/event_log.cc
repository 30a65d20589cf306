#include "common/eventlog/event_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/base/random.h"
#include "common/eventlog/append_queue.h"
#include "common/eventlog/recovery.h"
#include "common/eventlog/segment_list.h"
#include "common/eventlog/segment_reader.h"
#include "common/eventlog/segment_writer.h"
#include "common/eventlog/space.h"
#include "common/eventlog/tail_cache.h"

namespace crossfade::eventlog {
namespace {

struct Surroundings {
  Executor executor;
  ThreadPool& pool;
  const Clock& clock;
  Log& log;
};

Error gap(const Options& options, Position from, Position first) {
  return fail(Fault::corrupt,
              fmt::format("event log {} begins at position {}: the {} bytes from {} on have been "
                          "removed, so what they said must be verified or loaded again",
                          options.directory, first, first - from, from));
}

Error past_the_end(const Options& options, Position from, Position end) {
  return fail(Fault::corrupt, fmt::format("event log {} ends at position {}, and {} was asked for: "
                                          "its end has been lost, or it is another log",
                                          options.directory, end, from));
}

Result<void> check(const Options& options) {
  if (options.directory.empty()) return fail(Fault::invalid, "an event log needs a directory");
  if (options.segment_bytes <= 0 || options.max_bytes <= 0 || options.min_free_bytes < 0)
    return fail(Fault::invalid,
                fmt::format("the sizes of event log {} must be positive", options.directory));
  return {};
}

Result<std::unique_ptr<FileLock>> lock_directory(const Options& options) {
  TRY_VOID(options.files->make_directory(options.directory));
  Result<std::unique_ptr<FileLock>> lock = options.files->lock(options.directory + "/lock");
  if (lock || lock.error().fault != Fault::invalid) return lock;
  return fail(Fault::invalid,
              fmt::format("event log {} is in use by another process: stop that one, or give this "
                          "one a data_dir of its own",
                          options.directory));
}

}  // namespace

struct EventLog::Impl final : GroupSink {
  Impl(Options given, const Surroundings& around, std::unique_ptr<FileLock> held, Recovered found)
      : options(std::move(given)),
        around(around),
        lock(std::move(held)),
        id(std::move(found.id)),
        fresh(found.fresh),
        last_ms(found.last_ms),
        segments(found.segments),
        codec(id),
        writer(options, *options.files, id, segments.newest(), std::move(found.tail)),
        tail(options.tail_bytes),
        queue(around.executor, around.clock, {.delay = options.group_delay}, *this),
        appended(around.executor) {}

  Task<Result<std::vector<Position>>> append(std::vector<std::string> records);
  Task<Result<std::vector<Record>>> read(Position from, std::size_t max_bytes);
  Task<Result<void>> collect(Position applied);

  Task<void> write_group(std::vector<Append*> group) override;
  void accept(const std::vector<Append*>& group, const Written& written);
  void refuse(const std::vector<Append*>& group, const Error& error);
  void watch_space(std::int64_t free);
  Space space() const { return {.kept = segments.bytes(), .free = free_bytes}; }

  Options options;
  Surroundings around;
  std::unique_ptr<FileLock> lock;
  std::string id;
  bool fresh;
  std::int64_t last_ms;
  SegmentList segments;
  FrameCodec codec;
  SegmentWriter writer;
  TailCache tail;
  AppendQueue queue;
  Signal appended;
  std::int64_t free_bytes = 0;
  bool alarmed = false;
  bool broken = false;
  bool collecting = false;
};

Task<Result<std::vector<Position>>> EventLog::Impl::append(std::vector<std::string> records) {
  if (records.empty()) co_return std::vector<Position>();
  for (const std::string& record : records)
    if (record.size() > kMaxRecordBytes)
      co_return fail(Fault::invalid,
                     fmt::format("a record of {} bytes is too large for event log {}, which takes "
                                 "up to {}",
                                 record.size(), options.directory, kMaxRecordBytes));
  co_return co_await queue.append(std::move(records));
}

Task<void> EventLog::Impl::write_group(std::vector<Append*> appends) {
  Group group;
  for (const Append* append : appends) group.appends.emplace_back(append->records);
  group.time_ms = std::max(last_ms, around.clock.wall_ms());
  group.kept_bytes = segments.bytes();
  auto work = [&] { return writer.write(group); };
  const Written written = co_await offload(around.pool, work);
  last_ms = group.time_ms;
  if (written.rolled) segments.add(*written.rolled);
  if (written.status)
    accept(appends, written);
  else
    refuse(appends, written.status.error());
  if (written.free_bytes) watch_space(*written.free_bytes);
}

void EventLog::Impl::accept(const std::vector<Append*>& group, const Written& written) {
  std::size_t next = 0;
  for (Append* append : group) {
    std::vector<Position> begins;
    for (std::string& record : append->records) {
      const Position begin = written.begins[next++];
      const Position end = next < written.begins.size() ? written.begins[next] : written.end;
      begins.push_back(begin);
      tail.add({begin, end, std::move(record)});
    }
    append->outcome = std::move(begins);
  }
  segments.extend(written.end);
  appended.notify();
}

void EventLog::Impl::refuse(const std::vector<Append*>& group, const Error& error) {
  if (!broken && error.outcome_unknown) {
    broken = true;
    around.log.error("event_log_broken",
                     {{"directory", options.directory}, {"reason", error.message}});
  }
  for (Append* append : group) append->outcome = error;
}

void EventLog::Impl::watch_space(std::int64_t free) {
  free_bytes = free;
  const Log::Fields fields = {{"directory", options.directory},
                              {"bytes", segments.bytes()},
                              {"max_bytes", options.max_bytes},
                              {"free_bytes", free}};
  if (!alarmed && near_limit(space(), options)) {
    alarmed = true;
    around.log.warning("event_log_near_limit", fields);
  } else if (alarmed && clear_of_limit(space(), options)) {
    alarmed = false;
    around.log.info("event_log_has_room", fields);
  }
}

Task<Result<std::vector<Record>>> EventLog::Impl::read(Position from, std::size_t max_bytes) {
  if (from < segments.first()) co_return gap(options, from, segments.first());
  if (from > segments.end()) co_return past_the_end(options, from, segments.end());
  if (from == segments.end()) co_return std::vector<Record>();
  if (tail.covers(from)) co_return tail.read(from, max_bytes);
  const ReadRequest request{options.directory, segments.holding(from), from, max_bytes};
  auto work = [&] { return read_records(*options.files, codec, request); };
  Result<std::vector<Record>> records = co_await offload(around.pool, work);
  if (!records && from < segments.first()) co_return gap(options, from, segments.first());
  co_return records;
}

Task<Result<void>> EventLog::Impl::collect(Position applied) {
  if (collecting) co_return Result<void>();
  const Milliseconds keep = near_limit(space(), options)
                                ? std::min(options.retention, options.short_retention)
                                : options.retention;
  std::vector<Segment> past = segments.take_out(applied, around.clock.wall_ms() - keep.count());
  if (past.empty()) co_return Result<void>();
  collecting = true;
  auto work = [&] { return remove_segments(*options.files, options.directory, past); };
  const Removed removed = co_await offload(around.pool, work);
  collecting = false;
  past.erase(past.begin(), past.begin() + static_cast<std::ptrdiff_t>(removed.count));
  segments.put_back(past);
  around.log.info(
      "event_log_collected",
      {{"directory", options.directory}, {"segments", removed.count}, {"first", segments.first()}});
  if (removed.free_bytes) watch_space(*removed.free_bytes);
  co_return removed.status;
}

Result<std::unique_ptr<EventLog>> EventLog::open(Options options, Executor executor,
                                                 ThreadPool& pool, const Clock& clock, Log& log) {
  if (!options.files) options.files = posix_file_system();
  TRY_VOID(check(options));
  TRY(std::unique_ptr<FileLock> lock, lock_directory(options));
  const SegmentHeader fresh{.log_id = Random::from_system().id(), .created_ms = clock.wall_ms()};
  TRY(Recovered found, recover(*options.files, options.directory, fresh));
  TRY(const std::int64_t free, options.files->free_bytes(options.directory));
  const std::int64_t cut = found.cut_bytes;
  const Surroundings around{std::move(executor), pool, clock, log};
  auto impl = std::make_unique<Impl>(std::move(options), around, std::move(lock), std::move(found));
  log.info("event_log_opened", {{"directory", impl->options.directory},
                                {"id", impl->id},
                                {"first", impl->segments.first()},
                                {"end", impl->segments.end()},
                                {"cut_bytes", cut}});
  impl->watch_space(free);
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLog::~EventLog() = default;

const std::string& EventLog::id() const {
  return impl_->id;
}
bool EventLog::fresh() const {
  return impl_->fresh;
}
Task<Result<std::vector<Position>>> EventLog::append(std::vector<std::string> records) {
  return impl_->append(std::move(records));
}
Task<Result<std::vector<Record>>> EventLog::read(Position from, std::size_t max_bytes) {
  return impl_->read(from, max_bytes);
}
Position EventLog::end() const {
  return impl_->segments.end();
}
Position EventLog::begin_of_last(Milliseconds age) const {
  return impl_->segments.begin_at(impl_->last_ms - age.count());
}
Usage EventLog::usage() const {
  return {.first = impl_->segments.first(),
          .end = impl_->segments.end(),
          .bytes = impl_->segments.bytes(),
          .near_limit = near_limit(impl_->space(), impl_->options)};
}
Signal& EventLog::appended() {
  return impl_->appended;
}
Task<Result<void>> EventLog::collect(Position applied) {
  return impl_->collect(applied);
}

}  // namespace crossfade::eventlog
