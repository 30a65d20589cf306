#include "common/async/task_group.h"

#include <boost/asio/co_spawn.hpp>
#include <cassert>
#include <exception>

namespace crossfade {
namespace {

Error from_exception(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return fail(Fault::invalid, std::string("unexpected exception: ") + exception.what());
  } catch (...) {
    return fail(Fault::invalid, "unexpected exception of an unknown type");
  }
}

}  // namespace

TaskGroup::~TaskGroup() {
  assert(running_ == 0);
}

void TaskGroup::start(Task<Result<void>> task) {
  ++running_;
  auto done = [this](const std::exception_ptr& thrown, const Result<void>& result) {
    finished(thrown ? Result<void>(from_exception(thrown)) : result);
  };
  boost::asio::co_spawn(stop_.executor(), std::move(task), std::move(done));
}

void TaskGroup::finished(const Result<void>& result) {
  --running_;
  if (!result && !first_error_) {
    first_error_ = result.error();
    stop_.request();
  }
  ended_.notify();
}

Task<Result<void>> TaskGroup::join() {
  Stop never(stop_.executor());
  while (running_ > 0) co_await ended_.wait(never, std::chrono::hours(1));
  if (first_error_) co_return *first_error_;
  co_return Result<void>();
}

}  // namespace crossfade
