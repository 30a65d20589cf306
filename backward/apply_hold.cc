#include "backward/apply.h"
#include "common/async/wait_until.h"

namespace crossfade::backward {

Task<Result<void>> Apply::await(std::function<bool()> reached, Stop& stop) {
  const bool there = co_await wait_until(moved_, std::move(reached), stop, group_.stop());
  if (there) co_return Result<void>();
  co_return fail(Fault::stopped, "The backward direction did not get there in time.");
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
  CO_TRY_VOID(co_await reach(barrier_, stop));
  checkpoint_due_.notify();
  const auto stored_there = [this] { return stored() >= barrier_; };
  co_return co_await await(stored_there, stop);
}

Task<Result<eventlog::Position>> Apply::strand(Stop& stop) {
  stranded_ = true;
  context_.log.appended().notify();
  moved_.notify();
  const auto only_blocked = [this] {
    return cursor_ >= limit() && mongo_calls_.blocked() == queues_.size();
  };
  CO_TRY_VOID(co_await await(only_blocked, stop));
  co_return applied();
}

void Apply::release() {
  barrier_ = kFree;
  stranded_ = false;
  context_.log.appended().notify();
}

}  // namespace crossfade::backward
