#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/async/task.h"

namespace crossfade::test {

/// Runs `task` and whatever it started until nothing is left to do; throws what it threw.
template <class T>
T run(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  auto done = [&](std::exception_ptr exception, T value) {
    thrown = std::move(exception);
    result = std::move(value);
  };
  boost::asio::co_spawn(io, std::move(task), std::move(done));
  io.restart();
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::logic_error("the task never ended");
  return std::move(*result);
}

}  // namespace crossfade::test
