#include "forward/shard_reader.h"

#include <algorithm>

namespace crossfade::forward {
namespace {

using From = dynamo::IteratorRequest::From;

constexpr int kPageLimit = 1'000;
constexpr std::size_t kPageBytes = 900'000;  // a page ends at 1,000 records or 1 MB
constexpr std::int64_t kSurelyKeptMs = 23LL * 60 * 60 * 1'000;  // of 24 hours
constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{5'000};

Error gap_of(const std::string& table, const std::string& shard, const Error& cause) {
  Error out = cause;
  out.fault = Fault::trimmed;
  out.message = "The stream of table " + table + " no longer has the records of shard " + shard +
                " after our position (it keeps 24 hours): changes of that time are missing. Load "
                "the table again "
                "under a new link name with --into-existing, or verify it.";
  return out;
}

}  // namespace

ShardReader::ShardReader(Capture& capture, std::string shard)
    : capture_(capture),
      shard_(std::move(shard)),
      pace_(capture.options_.poll_interval, capture.options_.idle_poll_interval) {}

Task<Result<void>> ShardReader::run(Stop& stop) {
  const std::string component = "stream " + shard_;
  while (!stop.requested() && !finished_) {
    auto step = iterator_.empty() ? co_await open_iterator() : co_await read_page(stop);
    if (!step) {
      CO_TRY_VOID(co_await handle(step.error(), stop));
      continue;
    }
    capture_.context_.health.well(component);
    pause_ = Milliseconds(0);
  }
  co_return Result<void>();
}

Task<Result<void>> ShardReader::open_iterator() {
  const ShardCursor cursor = *capture_.tree_.find(shard_);
  dynamo::IteratorRequest request{capture_.options_.stream_arn, shard_, From::trim_horizon, ""};
  const bool first_time = capture_.tips_.find(shard_) == capture_.tips_.end();
  if (!cursor.sequence.empty()) {
    request.from = From::after_sequence;
    request.sequence = cursor.sequence;
  } else if (cursor.from_latest && first_time && !capture_.recovered_) {
    request.from = From::latest;
  } else if (cursor.from_latest && !cursor.again) {
    capture_.tree_.read_again(shard_, true);
    CO_TRY_VOID(co_await capture_.store_tree());
  }
  if (request.from == From::trim_horizon) CO_TRY_VOID(co_await look_at_begin());
  CO_TRY(iterator_, co_await capture_.context_.client.get_shard_iterator(request));
  capture_.tips_[shard_].anchored = true;
  capture_.tip_moved_.notify();
  co_return Result<void>();
}

/// TRIM_HORIZON is the oldest record that is left: only the shard's first sequence number tells
/// whether that is all there was. Asked after a restart, for a running capture is never a day late
/// without an iterator.
Task<Result<void>> ShardReader::look_at_begin() {
  const ShardCursor cursor = *capture_.tree_.find(shard_);
  const bool ours = !cursor.from_latest || !younger_than_retention();
  if (!capture_.recovered_ || !ours || cursor.first.empty()) co_return Result<void>();
  const dynamo::IteratorRequest request{capture_.options_.stream_arn, shard_, From::at_sequence,
                                        cursor.first};
  const auto there = co_await capture_.context_.client.get_shard_iterator(request);
  if (!there && there.error().fault != Fault::invalid) co_return there.error();
  co_return Result<void>();
}

Task<void> ShardReader::wait_turn(Stop& stop) {
  while (!stop.requested()) {
    const Milliseconds wait = pace_.wait(capture_.context_.clock.steady_ms());
    if (wait.count() == 0) co_return;
    const std::int64_t began = capture_.context_.clock.steady_ms();
    co_await capture_.hurry_.wait(stop, wait);
    if (capture_.context_.clock.steady_ms() - began < wait.count()) pace_.hurry();
  }
}

Task<Result<void>> ShardReader::read_page(Stop& stop) {
  co_await wait_turn(stop);
  if (stop.requested()) co_return Result<void>();
  const std::int64_t steady = capture_.context_.clock.steady_ms();
  const std::int64_t wall = capture_.context_.clock.wall_ms();
  pace_.began(steady);
  auto answer = co_await capture_.context_.client.get_records(iterator_, kPageLimit);
  pace_.ended(capture_.context_.clock.steady_ms());
  CO_TRY(std::string body, std::move(answer));
  const bool with_before = capture_.options_.with_before;
  CO_TRY(codec::RecordsPage page, capture_.context_.mapper.read_records_page(body, with_before));
  const std::size_t count = page.records.size();
  const bool last_page = page.next_iterator.empty();
  const bool at_tip = count < kPageLimit && body.size() < kPageBytes && !last_page;
  pace_.answered(count > 0);
  CO_TRY_VOID(co_await capture_.accept(shard_, std::move(page.records), not_before_ms_));
  if (stop.requested() && count > 0) co_return Result<void>();
  iterator_ = std::move(page.next_iterator);
  finished_ = last_page;
  capture_.tips_[shard_].reached_ms = at_tip ? steady : -1;
  if (at_tip) {
    not_before_ms_ = wall;
    capture_.tips_[shard_].tip_ms = wall;
    capture_.tree_.read_again(shard_, false);
  }
  capture_.tip_moved_.notify();
  co_return Result<void>();
}

bool ShardReader::younger_than_retention() const {
  return capture_.context_.clock.wall_ms() - capture_.tree_.began_ms() < kSurelyKeptMs;
}

/// What the error says to do next: a new iterator, the same call after a pause, or the end of the
/// link. DynamoDB Local says that an empty shard was trimmed when its first record comes; while
/// nothing can be lost yet, it is read from its begin instead.
Task<Result<void>> ShardReader::handle(Error error, Stop& stop) {
  const ShardCursor cursor = *capture_.tree_.find(shard_);
  const bool never_read = cursor.from_latest && cursor.sequence.empty() && !cursor.again;
  if (error.fault == Fault::trimmed && never_read && younger_than_retention()) {
    iterator_.clear();
    co_return Result<void>();
  }
  if (error.fault == Fault::trimmed || error.fault == Fault::not_found) {
    co_return gap_of(capture_.options_.table, shard_, error);
  }
  if (error.next() == Next::stop_link) co_return error;
  if (error.next() == Next::new_iterator) {
    iterator_.clear();
    co_return Result<void>();
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  capture_.context_.health.trouble("stream " + shard_, error.message);
  co_await stop.sleep(pause_);
  co_return Result<void>();
}

}  // namespace crossfade::forward
