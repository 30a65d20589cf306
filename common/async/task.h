#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "common/base/result.h"

namespace crossfade {

/// A coroutine of the service. All of them run on the one thread of the service's io_context, so
/// their data needs no locks; whatever blocks goes through offload(). Named functions only: a
/// coroutine lambda with captures dies with its lambda.
template <class T>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::io_context::executor_type;

}  // namespace crossfade
