#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "common/async/task.h"

namespace crossfade::fakes {

/// Runs the context until the task has ended, and returns its value; whatever else is going on in
/// the context stays there for the next run.
template <class T>
T run_task(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr failure, T result) {
    thrown = failure;
    value.emplace(std::move(result));
    io.stop();
  });
  io.restart();
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*value);
}

}  // namespace crossfade::fakes
