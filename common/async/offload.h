#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "common/async/task.h"

namespace crossfade {

/// Threads for work that blocks or is long: libmongoc, fsync, converting a page.
using ThreadPool = boost::asio::thread_pool;

/// Runs `work` on a thread of `pool` and comes back to the calling coroutine's thread with its
/// result. One hop costs about 25 us: cross once per batch. `work` must not throw and outlives the
/// call by being named before it (`auto work = [&] {...}; co_await offload(pool, work);`). Cannot
/// be cancelled: returns when the work is done.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(ThreadPool& pool, Work& work) {
  using Value = std::invoke_result_t<Work&>;
  static_assert(!std::is_void_v<Value>, "return something, e.g. a Result<void>");
  auto start = [&pool, &work](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto home = boost::asio::get_associated_executor(*shared);
    auto guard = boost::asio::make_work_guard(home);
    boost::asio::post(pool, [shared, home, guard, &work]() mutable {
      auto value = std::make_shared<Value>(work());
      boost::asio::post(home, [shared, value]() mutable { (*shared)(std::move(*value)); });
      guard.reset();
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Value)>(
      start, boost::asio::use_awaitable);
}

}  // namespace crossfade
