#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/clock.h"

namespace crossfade::dynamo {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// The addresses of `host`. A literal address costs no look-up. Returns when `timeout` has passed
/// even if the system's resolver still blocks. Fault::unavailable with a sentence.
Task<Result<Endpoints>> resolve(std::string host, std::string port, Milliseconds timeout);

}  // namespace crossfade::dynamo
