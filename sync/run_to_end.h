#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "common/async/task.h"

namespace crossfade::sync {

/// Runs the context on this thread until the coroutine has returned. Rethrows what it throws.
template <class T>
T run_to_end(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr thrown;
  auto done = [&](std::exception_ptr failure, T result) {
    thrown = std::move(failure);
    value.emplace(std::move(result));
  };
  boost::asio::co_spawn(context, std::move(task), done);
  context.restart();
  while (!value && context.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  return std::move(value).value();
}

}  // namespace crossfade::sync
