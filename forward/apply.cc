#include "forward/apply.h"

#include <algorithm>

#include "common/async/offload.h"
#include "common/async/wait_until.h"
#include "common/state/writers.h"
#include "forward/lane.h"

namespace crossfade::forward {
namespace {

constexpr std::size_t kReadBytes = 4U << 20;

bool counts(ChangeKind kind) {
  return kind == ChangeKind::put || kind == ChangeKind::remove || kind == ChangeKind::rejected;
}

}  // namespace

Apply::Apply(ApplyOptions options, ApplyContext context, Stop& parent)
    : options_(std::move(options)),
      context_(std::move(context)),
      group_(parent),
      moved_(parent.executor()) {
  for (int number = 0; number < options_.lanes; ++number)
    lanes_.push_back(std::make_unique<Lane>(*this, number));
}

Apply::~Apply() = default;

Task<Result<void>> Apply::prepare() {
  auto take_over = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    return state::Writers(options_.state_database).end_all(client, options_.link);
  };
  CO_TRY_VOID(co_await offload(context_.threads, take_over));
  for (const auto& lane : lanes_) CO_TRY_VOID(co_await lane->open());
  co_return co_await count_waiting();
}

/// What the log held when the process began and no lane has applied yet: `behind` and lag start
/// from it.
Task<Result<void>> Apply::count_waiting() {
  eventlog::Position from = applied();
  context_.progress.applied_to(from);
  const eventlog::Position end = options_.found_until;
  while (from < end) {
    CO_TRY(const std::vector<eventlog::Record> records,
           co_await context_.log.read(from, kReadBytes));
    for (const eventlog::Record& record : records) {
      if (from >= end) break;
      from = record.end;
      const auto lane =
          std::ranges::find_if(lanes_, [&](const auto& one) { return one->owns(record.bytes); });
      if (record.begin < (*lane)->cursor()) continue;
      CO_TRY(const Change change, decode(record.bytes));
      if (counts(change.kind)) context_.progress.found(record.end, 1, change.source_time_ms);
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Apply::run() {
  for (const auto& lane : lanes_) group_.start(lane->run(group_.stop()));
  co_return co_await group_.join();
}

eventlog::Position Apply::applied() const {
  eventlog::Position lowest = lanes_.front()->cursor();
  for (const auto& lane : lanes_) lowest = std::min(lowest, lane->cursor());
  return lowest;
}

eventlog::Position Apply::stored() const {
  eventlog::Position lowest = lanes_.front()->stored();
  for (const auto& lane : lanes_) lowest = std::min(lowest, lane->stored());
  return lowest;
}

void Apply::lane_moved() {
  context_.progress.applied_to(applied());
  moved_.notify();
}

Task<Result<void>> Apply::await(std::function<bool()> reached, Stop& stop) {
  const bool there = co_await wait_until(moved_, std::move(reached), stop, group_.stop());
  if (there) co_return Result<void>();
  co_return fail(Fault::stopped, "The forward direction did not get there in time.");
}

Task<Result<void>> Apply::reach(eventlog::Position position, Stop& stop) {
  const auto reached = [this, position] { return applied() >= position; };
  co_return co_await await(reached, stop);
}

void Apply::hold(eventlog::Position barrier) {
  barrier_ = barrier;
  context_.log.appended().notify();
}

Task<Result<void>> Apply::settle(Stop& stop) {
  settling_ = true;
  context_.log.appended().notify();
  const auto stored_there = [this] { return stored() >= barrier_; };
  co_return co_await await(stored_there, stop);
}

void Apply::release() {
  barrier_ = kFree;
  settling_ = false;
  context_.log.appended().notify();
}

}  // namespace crossfade::forward
