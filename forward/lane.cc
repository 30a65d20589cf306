#include "forward/lane.h"

#include "common/codec/document.h"
#include "forward/synced_field.h"

namespace crossfade::forward {
namespace {

using codec::DocumentBuilder;

constexpr Milliseconds kWaitForMore{1'000};
constexpr Milliseconds kReadPause{1'000};
constexpr Milliseconds kFirstPause{50};
constexpr Milliseconds kLongestPause{5'000};
constexpr std::int64_t kStoreEveryBytes = 16 << 20;

state::DeadLetter dead_letter(const std::string& link, const Step& step, std::int64_t now_ms) {
  state::DeadLetter out;
  out.id = link + "/forward/" + std::to_string(step.position);
  out.link = link;
  out.direction = "forward";
  out.key = step.change.key;
  out.reason = step.change.reason;
  out.text = step.change.image;
  out.at_ms = now_ms;
  return out;
}

}  // namespace

Lane::Lane(Apply& apply, int number) : apply_(apply), number_(number) {}

bool Lane::owns(std::string_view record) const {
  const auto lanes = static_cast<std::uint64_t>(apply_.options_.lanes);
  return key_hash_of_record(record) % lanes == static_cast<std::uint64_t>(number_);
}

Task<Result<void>> Lane::open() {
  const ApplyOptions& options = apply_.options_;
  ApplyContext& context = apply_.context_;
  const LaneWriterOptions writer_options{options.link, options.collection, options.state_database};
  const state::Checkpoints checkpoints(options.state_database);
  const state::LaneCheckpoint initial{state::lane_id(options.link, "forward", number_),
                                      options.epoch, context.log.id(), context.log.usage().first,
                                      true};
  auto work = [&]() -> Result<state::LaneCheckpoint> {
    mongo::Client client = context.mongo.acquire();
    TRY(LaneWriter writer,
        LaneWriter::open(context.lanes, client, writer_options, context.clock.wall_ms()));
    writer_.emplace(std::move(writer));
    return checkpoints.open(client, initial);
  };
  CO_TRY(stored_, co_await offload(context.threads, work));
  cursor_ = stored_.offset;
  co_return Result<void>();
}

Task<Result<void>> Lane::run(Stop& stop) {
  while (!stop.requested()) {
    if (cursor_ >= apply_.limit()) {
      CO_TRY_VOID(co_await wait_for_more(stop));
      continue;
    }
    auto done = co_await apply_next(stop);
    if (!done) CO_TRY_VOID(co_await pause_or_end(done.error(), stop));
  }
  co_return co_await store_cursor();
}

/// At the end of the log, or at the barrier.
Task<Result<void>> Lane::wait_for_more(Stop& stop) {
  if (apply_.settling_) CO_TRY_VOID(co_await store_cursor());
  const bool pending = apply_.settling_ && stored_.offset != cursor_;
  co_await apply_.context_.log.appended().wait(stop, pending ? kFirstPause : kWaitForMore);
  co_return Result<void>();
}

/// A store that cannot be read at the moment is waited for; nothing was written.
Task<Result<void>> Lane::pause_or_end(Error error, Stop& stop) {
  if (error.next() != Next::retry && error.next() != Next::retry_patiently) co_return error;
  apply_.context_.health.trouble("forward apply", error.message);
  co_await stop.sleep(kReadPause);
  co_return Result<void>();
}

Task<Result<void>> Lane::apply_next(Stop& stop) {
  eventlog::Position end = cursor_;
  CO_TRY(const std::optional<BatchPlan> plan, co_await plan_next(end));
  if (!plan) {
    cursor_ = end;
    apply_.lane_moved();
    co_return co_await store_lazily(end);
  }
  CO_TRY(LaneBatch batch, co_await prepare_batch(*plan, end));
  CO_TRY_VOID(co_await write(batch, stop));
  if (stored_.offset != batch.to.offset) co_return Result<void>();
  if (batch.settled) settled(plan->steps.front().change, batch);
  cursor_ = end;
  const std::int64_t now = apply_.context_.clock.wall_ms();
  for (const std::int64_t at : plan->source_times) apply_.context_.progress.applied(at, now);
  apply_.lane_moved();
  co_return Result<void>();
}

Task<Result<std::optional<BatchPlan>>> Lane::plan_next(eventlog::Position& end) {
  const auto bytes = static_cast<std::size_t>(apply_.options_.batch_bytes);
  CO_TRY(const std::vector<eventlog::Record> records,
         co_await apply_.context_.log.read(cursor_, bytes));
  const bool alone = apply_.context_.arbiter.policy() != ConflictPolicy::authority;
  BatchPlanner planner(apply_.context_.judge, apply_.options_.armed_at, alone);
  int taken = 0;
  for (const eventlog::Record& record : records) {
    if (taken == apply_.options_.batch_records || record.begin >= apply_.limit()) break;
    if (owns(record.bytes)) {
      CO_TRY(Change change, decode(record.bytes));
      if (!planner.add(std::move(change), record.begin)) break;
      ++taken;
    }
    end = record.end;
  }
  if (planner.empty()) co_return std::optional<BatchPlan>();
  co_return std::optional<BatchPlan>(planner.finish());
}

Task<Result<LaneBatch>> Lane::prepare_batch(const BatchPlan& plan, eventlog::Position end) {
  LaneBatch batch;
  batch.from = stored_;
  batch.to = stored_;
  batch.to.offset = end;
  batch.writes.reserve(plan.steps.size());
  for (const Step& step : plan.steps) CO_TRY_VOID(co_await add_step(step, batch));
  co_return batch;
}

Task<Result<void>> Lane::add_step(const Step& step, LaneBatch& batch) {
  const Key& key = step.change.key;
  switch (step.kind) {
    case Step::Kind::put:
      batch.writes.push_back(write_of(key, with_marker(step.change.image), step.position));
      break;
    case Step::Kind::remove:
      batch.writes.push_back(write_of(key, "", step.position));
      break;
    case Step::Kind::dead:
      batch.dead_letters.push_back(
          dead_letter(apply_.options_.link, step, apply_.context_.clock.wall_ms()));
      break;
    case Step::Kind::violation:
      co_return co_await add_violation(step, batch);
    case Step::Kind::straggler:
      co_return co_await add_straggler(step, batch);
    case Step::Kind::hand_over: {
      std::vector<Key> keys{key};
      co_return co_await apply_.context_.restorer.ask(std::move(keys),
                                                      apply_.context_.clock.wall_ms());
    }
    case Step::Kind::restore:
      co_return co_await add_restore(step, batch);
  }
  co_return Result<void>();
}

Task<Result<void>> Lane::add_restore(const Step& step, LaneBatch& batch) {
  const Key& key = step.change.key;
  CO_TRY(const std::string key_json, apply_.context_.mapper.key_json(key));
  CO_TRY(std::string body,
         co_await apply_.context_.client.get_item(apply_.options_.table, key_json, true));
  const auto item = apply_.context_.mapper.read_item(body);
  if (!item) {
    Step dead = step;
    dead.change.reason = item.error().message;
    dead.change.image = std::move(body);
    batch.dead_letters.push_back(
        dead_letter(apply_.options_.link, dead, apply_.context_.clock.wall_ms()));
    co_return Result<void>();
  }
  std::string document = item.value() ? with_marker(item.value()->bson) : std::string();
  batch.writes.push_back(write_of(key, std::move(document), step.position));
  co_return Result<void>();
}

Task<Result<std::optional<std::string>>> Lane::read_document(const Key& key) {
  CO_TRY(const std::string filter, apply_.context_.mapper.key_filter(key));
  auto work = [&]() -> Result<std::optional<std::string>> {
    mongo::Client client = apply_.context_.mongo.acquire();
    TRY(std::optional<std::string> found, client.find_one(apply_.options_.collection, key.bson));
    if (found || !apply_.options_.by_key_too) return found;
    return client.find_one(apply_.options_.collection, filter);
  };
  co_return co_await offload(apply_.context_.threads, work);
}

DocumentWrite Lane::write_of(const Key& key, std::string document,
                             eventlog::Position position) const {
  DocumentWrite out;
  out.key = key;
  out.filter = key.bson;
  out.position = position;
  if (!document.empty()) {
    out.filter = DocumentBuilder().copy("_id", document, "_id").finish();
  } else if (apply_.options_.by_key_too) {
    auto filter = apply_.context_.mapper.key_filter(key);
    if (filter) out.also = std::move(filter).value();
  }
  out.document = std::move(document);
  return out;
}

std::string Lane::with_marker(std::string document) const {
  const ApplyOptions& options = apply_.options_;
  if (options.synced_field.empty()) return document;
  return with_synced_field(document, options.synced_field, options.link, options.epoch,
                           apply_.context_.clock.wall_ms());
}

Task<Result<void>> Lane::store_lazily(eventlog::Position end) {
  if (end - stored_.offset < kStoreEveryBytes) co_return Result<void>();
  co_return co_await store_cursor();
}

/// Dying before this only reads records of other lanes again.
Task<Result<void>> Lane::store_cursor() {
  if (stored_.offset == cursor_) co_return Result<void>();
  state::LaneCheckpoint to = stored_;
  to.offset = cursor_;
  const state::Checkpoints checkpoints(apply_.options_.state_database);
  auto work = [&]() -> Result<void> {
    mongo::Client client = apply_.context_.mongo.acquire();
    return checkpoints.advance(client, stored_, to);
  };
  auto done = co_await offload(apply_.context_.threads, work);
  if (done) stored_ = to;
  if (done) apply_.lane_moved();
  if (!done && done.error().next() == Next::stop_link) co_return done;
  co_return Result<void>();
}

Task<Result<void>> Lane::write(LaneBatch& batch, Stop& stop) {
  ApplyContext& context = apply_.context_;
  const std::string component = "forward apply";
  Backoff backoff(kFirstPause, kLongestPause, context.random);
  auto work = [&]() -> Result<void> {
    mongo::Client reader = context.mongo.acquire();
    return writer_->apply(batch, reader, context.mapper, context.clock.wall_ms());
  };
  while (true) {
    auto done = co_await offload(context.threads, work);
    if (done) break;
    if (batch.expects && done.error().fault == Fault::condition_failed) co_return Result<void>();
    if (done.error().next() == Next::stop_link) co_return done;
    if (backoff.attempts() > 3) context.health.trouble(component, done.error().message);
    co_await stop.sleep(backoff.next() + kFirstPause);
    if (stop.requested()) co_return Result<void>();
  }
  context.health.well(component);
  stored_ = batch.to;
  co_return Result<void>();
}

}  // namespace crossfade::forward
