#include "common/dynamo/http_resolve.h"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <optional>

namespace crossfade::dynamo {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

/// Shared with the handler of a look-up that may end after nobody waits for it any more.
struct LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  tcp::resolver resolver;
  asio::steady_timer done;
  bool answered = false;
  boost::system::error_code failure;
  Endpoints endpoints;
};

std::optional<tcp::endpoint> literal(const std::string& host, const std::string& port) {
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  std::uint16_t number = 0;
  const auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (not_an_address || bad != std::errc() || end != port.data() + port.size()) return std::nullopt;
  return tcp::endpoint(address, number);
}

void start(const std::shared_ptr<LookUp>& look_up, const std::string& host,
           const std::string& port) {
  look_up->resolver.async_resolve(host, port,
                                  [look_up](const boost::system::error_code& failure,
                                            const tcp::resolver::results_type& results) {
                                    look_up->answered = true;
                                    look_up->failure = failure;
                                    for (const auto& entry : results)
                                      look_up->endpoints.push_back(entry.endpoint());
                                    look_up->done.cancel();
                                  });
}

}  // namespace

Task<Result<Endpoints>> resolve(std::string host, std::string port, Milliseconds timeout) {
  if (auto endpoint = literal(host, port)) co_return Endpoints{*endpoint};
  auto look_up = std::make_shared<LookUp>(co_await asio::this_coro::executor);
  look_up->done.expires_after(timeout);
  start(look_up, host, port);
  co_await look_up->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!look_up->answered) {
    look_up->resolver.cancel();
    co_return fail(Fault::unavailable,
                   fmt::format("No answer came from the name service for {} within {} ms.", host,
                               timeout.count()));
  }
  if (look_up->failure || look_up->endpoints.empty()) {
    co_return fail(Fault::unavailable, fmt::format("The host name {} cannot be resolved: {}.", host,
                                                   look_up->failure.message()));
  }
  co_return std::move(look_up->endpoints);
}

}  // namespace crossfade::dynamo
