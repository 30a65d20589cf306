#include "backward/apply.h"

#include <algorithm>
#include <utility>

#include "common/async/backoff.h"

namespace crossfade::backward {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::size_t kMaxPendingBytes = 32U << 20;
constexpr int kMaxPending = 4'096;
constexpr Milliseconds kWaitForMore{1'000};
constexpr Milliseconds kWaitForRoom{50};
constexpr Milliseconds kCheckpointEvery{200};

bool counts(ChangeKind kind) {
  return kind == ChangeKind::put || kind == ChangeKind::remove || kind == ChangeKind::rejected;
}

}  // namespace

Apply::Apply(ApplyOptions options, ApplyContext context, Stop& parent)
    : options_(std::move(options)),
      context_(std::move(context)),
      group_(parent),
      moved_(parent.executor()),
      checkpoints_(options_.state_database),
      parked_(options_.state_database),
      checkpoint_due_(parent.executor()),
      mongo_calls_(context_.threads, moved_),
      settler_(options_, context_, mongo_calls_, group_.stop()) {}

Task<Result<void>> Apply::prepare() {
  const state::LaneCheckpoint initial{state::lane_id(options_.link, "backward", 0),
                                      options_.epoch,
                                      context_.log.id(),
                                      context_.log.usage().first,
                                      true,
                                      0};
  auto open = [&]() -> Result<state::LaneCheckpoint> {
    mongo::Client client = context_.mongo.acquire();
    return checkpoints_.open(client, initial);
  };
  CO_TRY(stored_, co_await offload(context_.threads, open));
  cursor_ = std::max(stored_.offset, options_.done_until);
  watermark_ = Watermark(cursor_);
  suspect_until_ms_ = context_.writer.late_until_now();
  context_.writer.inherit_wary(stored_.wary_until_ms);
  context_.progress.applied_to(cursor_);
  CO_TRY_VOID(co_await count_waiting());
  co_return co_await store_checkpoint(false);
}

Task<Result<void>> Apply::count_waiting() {
  eventlog::Position from = cursor_;
  const eventlog::Position end = options_.found_until;
  while (from < end) {
    CO_TRY(const std::vector<eventlog::Record> records,
           co_await context_.log.read(from, kReadBytes));
    for (const eventlog::Record& record : records) {
      if (from >= end) break;
      from = record.end;
      CO_TRY(const Change change, decode(record.bytes));
      if (!stored_.clean && !window_.full()) window_.add(change, record.begin, record.end);
      if (counts(change.kind)) context_.progress.found(record.end, 1, change.source_time_ms);
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Apply::run() {
  group_.start(dispatch());
  group_.start(keep_checkpoint());
  auto ended = co_await group_.join();
  if (!ended && ended.error().fault != Fault::stopped) co_return ended;
  co_return co_await store_checkpoint(watermark_.open() == 0);
}

Task<Result<void>> Apply::dispatch() {
  Stop& stop = group_.stop();
  while (!stop.requested()) {
    if (cursor_ >= limit()) {
      co_await context_.log.appended().wait(stop, kWaitForMore);
      continue;
    }
    CO_TRY(const std::vector<eventlog::Record> records,
           co_await context_.log.read(cursor_, kReadBytes));
    for (const eventlog::Record& record : records) {
      co_await wait_for_room();
      if (stop.requested() || record.begin >= limit()) break;
      CO_TRY(Change change, decode(record.bytes));
      const std::uint64_t ticket = watermark_.issue(record.end);
      cursor_ = record.end;
      enqueue({std::move(change), record.begin, ticket, record.bytes.size()});
    }
  }
  co_return Result<void>();
}

bool Apply::full() const {
  const std::size_t standing = context_.writer.waiting() + (stranded_ ? mongo_calls_.blocked() : 0);
  const std::size_t writing = queues_.size() - standing;
  const bool ahead = watermark_.next_ticket() - stored_ticket_ >= ReplayWindow::kMost;
  return writing >= static_cast<std::size_t>(options_.concurrency) ||
         pending_bytes_ >= kMaxPendingBytes || watermark_.open() >= kMaxPending ||
         (ahead && !stranded_);
}

Task<void> Apply::wait_for_room() {
  while (full() && !group_.stop().requested()) co_await moved_.wait(group_.stop(), kWaitForRoom);
}

void Apply::enqueue(Pending pending) {
  pending_bytes_ += pending.bytes;
  if (pending.change.kind == ChangeKind::position || pending.change.kind == ChangeKind::echo)
    return done(pending);
  const std::string key = pending.change.key.bson;
  const auto [queue, fresh] = queues_.try_emplace(key);
  queue->second.push_back(std::move(pending));
  if (fresh) group_.start(work_key(key));
}

Task<Result<void>> Apply::work_key(std::string key) {
  while (!group_.stop().requested() && !queues_[key].empty()) {
    CO_TRY_VOID(co_await work_all(std::exchange(queues_[key], {})));
  }
  queues_.erase(key);
  mongo_calls_.forget(key);
  moved_.notify();
  co_return Result<void>();
}

/// Each violation and each record without a form is kept, whatever comes behind it. All of them
/// stand on the same side of the last barrier: the dispatcher has waited there.
Task<Result<void>> Apply::work_all(std::deque<Pending> batch) {
  const bool ours =
      context_.owner(batch.front().change.key, batch.front().position) == Side::mongodb;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (window_.holds(batch[i].position))
      context_.writer.suspect(batch[i].change.key, suspect_until_ms_);
    if (!ours || !superseded(batch, i)) CO_TRY_VOID(co_await apply_until_done(batch[i]));
    done(batch[i]);
  }
  co_return Result<void>();
}

/// A change that waits behind the one at work says it all.
bool Apply::said_again(const std::string& key) const {
  const auto waiting = queues_.find(key);
  return waiting != queues_.end() && std::ranges::any_of(waiting->second, [](const Pending& later) {
           return says_it_all(later.change.kind);
         });
}

bool Apply::superseded(const std::deque<Pending>& batch, std::size_t which) const {
  const Pending& pending = batch[which];
  if (!says_it_all(pending.change.kind)) return false;
  const auto said_again = [](const Pending& later) { return says_it_all(later.change.kind); };
  const auto behind = batch.begin() + static_cast<std::ptrdiff_t>(which) + 1;
  return std::any_of(behind, batch.end(), said_again) ||
         window_.superseded(pending.change.key, pending.position);
}

void Apply::done(const Pending& pending) {
  pending_bytes_ -= pending.bytes;
  watermark_.done(pending.ticket);
  if (counts(pending.change.kind)) {
    context_.progress.applied(pending.change.source_time_ms, context_.clock.wall_ms());
  }
  context_.progress.applied_to(watermark_.low());
  window_.passed(watermark_.low());
  moved_.notify();
}

Task<Result<void>> Apply::keep_checkpoint() {
  while (!group_.stop().requested()) {
    co_await checkpoint_due_.wait(group_.stop(), kCheckpointEvery);
    auto stored = co_await store_checkpoint(false);
    if (!stored && stored.error().next() == Next::stop_link) co_return stored;
    if (!stored) context_.health.trouble("backward checkpoint", stored.error().message);
  }
  co_return Result<void>();
}

/// Dying before this only repeats guarded writes. `clean`: this process will send no more of them.
/// A server that dies may have stored it and never said so: one of ours is no other worker's.
Task<Result<void>> Apply::store_checkpoint(bool clean) {
  const std::uint64_t ticket = watermark_.low_ticket();
  state::LaneCheckpoint to = stored_;
  to.offset = watermark_.low();
  to.clean = clean;
  to.wary_until_ms = context_.writer.wary_until();
  const bool same = to.offset == stored_.offset && to.clean == stored_.clean &&
                    to.wary_until_ms == stored_.wary_until_ms;
  if (same) {
    stored_ticket_ = ticket;
    co_return Result<void>();
  }
  auto store = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    auto done = checkpoints_.advance(client, stored_, to);
    if (done || done.error().fault != Fault::stale || in_doubt_ == 0) return done;
    TRY(const state::LaneCheckpoint landed, checkpoints_.read(client, stored_.id));
    if (landed.log != stored_.log || landed.offset > in_doubt_) return done;
    return checkpoints_.advance(client, landed, to);
  };
  const auto done = co_await offload(context_.threads, store);
  if (!done && done.error().fault != Fault::stale) in_doubt_ = to.offset;
  if (!done) co_return done;
  in_doubt_ = 0;
  context_.health.well("backward checkpoint");
  stored_ = to;
  stored_ticket_ = ticket;
  moved_.notify();
  co_return Result<void>();
}

}  // namespace crossfade::backward
