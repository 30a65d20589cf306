#include "forward/load.h"

#include <algorithm>

namespace crossfade::forward {
namespace {

constexpr Milliseconds kFirstPause{200};
constexpr Milliseconds kLongestPause{5'000};
constexpr double kNearlyDone = 0.99;

}  // namespace

Load::Load(LoadOptions options, LoadContext context, Stop& parent)
    : options_(std::move(options)),
      context_(context),
      workers_(parent),
      budget_(options_.read_units_per_second),
      store_(options_.state_database) {}

Task<Result<void>> Load::recall() {
  auto read = [&] {
    mongo::Client client = context_.mongo.acquire();
    return store_.read(client, options_.link, options_.segments);
  };
  CO_TRY(segments_, co_await offload(context_.threads, read));
  co_return Result<void>();
}

Task<Result<void>> Load::run() {
  CO_TRY_VOID(co_await recall());
  items_at_start_ = items();
  started_ms_ = context_.clock.steady_ms();
  for (int worker_number = 0; worker_number < options_.workers; ++worker_number)
    workers_.start(worker());
  auto ended = co_await workers_.join();
  ended_ms_ = context_.clock.steady_ms();
  co_return ended;
}

Task<Result<void>> Load::worker() {
  while (next_segment_ < segments_.size() && !workers_.stop().requested()) {
    CO_TRY_VOID(co_await copy_segment(segments_[next_segment_++]));
  }
  co_return Result<void>();
}

Task<Result<void>> Load::copy_segment(state::SegmentCheckpoint& segment) {
  Milliseconds pause{0};
  while (!segment.done && !workers_.stop().requested()) {
    auto page = co_await copy_page(segment);
    if (page) {
      if (pause.count() > 0) context_.health.well("load");
      pause = Milliseconds(0);
    } else {
      CO_TRY_VOID(co_await pause_or_end(page.error(), pause));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Load::copy_page(state::SegmentCheckpoint& segment) {
  co_await workers_.stop().sleep(budget_.wait(context_.clock.steady_ms()));
  dynamo::ScanRequest request{options_.table,   segment.segment,          options_.segments,
                              segment.next_key, options_.consistent_read, 0};
  CO_TRY(std::string body, co_await context_.client.scan(request));
  auto write = [&]() -> Result<PageWritten> {
    mongo::Client client = context_.mongo.acquire();
    return context_.pages.write(client, body, segment, context_.clock.wall_ms());
  };
  CO_TRY(PageWritten written, co_await offload(context_.threads, write));
  segment = std::move(written.next);
  budget_.paid(written.consumed_units, context_.clock.steady_ms());
  co_return Result<void>();
}

Task<Result<void>> Load::pause_or_end(Error error, Milliseconds& pause) {
  if (error.next() != Next::retry && error.next() != Next::retry_patiently) co_return error;
  pause = std::clamp(pause * 2, kFirstPause, kLongestPause);
  context_.health.trouble("load", error.message);
  co_await workers_.stop().sleep(pause);
  co_return Result<void>();
}

bool Load::done() const {
  return !segments_.empty() &&
         std::ranges::all_of(segments_, [](const auto& segment) { return segment.done; });
}

std::int64_t Load::items() const {
  std::int64_t sum = 0;
  for (const state::SegmentCheckpoint& segment : segments_) sum += segment.items;
  return sum;
}

double Load::items_per_second() const {
  if (started_ms_ == 0) return 0;
  const std::int64_t until = ended_ms_ != 0 ? ended_ms_ : context_.clock.steady_ms();
  const double seconds =
      static_cast<double>(std::max<std::int64_t>(1, until - started_ms_)) / 1'000;
  return static_cast<double>(items() - items_at_start_) / seconds;
}

double Load::fraction() const {
  if (done()) return 1;
  if (segments_.empty()) return 0;
  const auto expected = static_cast<double>(std::max<std::int64_t>(1, options_.expected_items));
  return std::min(kNearlyDone, static_cast<double>(items()) / expected);
}

double Load::eta_seconds() const {
  const double rate = items_per_second();
  if (done() || rate <= 0) return 0;
  return std::max(0.0, static_cast<double>(options_.expected_items - items()) / rate);
}

}  // namespace crossfade::forward
