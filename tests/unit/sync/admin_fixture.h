#pragma once

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "common/dynamo/http.h"
#include "sync/admin_server.h"
#include "sync/run_to_end.h"
#include "tests/unit/sync/fake_groups.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {

inline constexpr auto kQuiet = boost::asio::as_tuple(boost::asio::use_awaitable);

inline boost::asio::ip::tcp::endpoint local(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

/// Sends the bytes and reads until the server closes.
inline Task<std::string> exchange(std::uint16_t port, std::string bytes) {
  boost::asio::ip::tcp::socket socket(co_await boost::asio::this_coro::executor);
  co_await socket.async_connect(local(port), kQuiet);
  co_await boost::asio::async_write(socket, boost::asio::buffer(bytes), kQuiet);
  std::string answer;
  co_await boost::asio::async_read(socket, boost::asio::dynamic_buffer(answer), kQuiet);
  co_return answer;
}

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() : pool_({}, io_.get_executor()), stop_(io_.get_executor()) {
    view_.links_told = {orders_link()};
  }
  ~AdminServerTest() override { end(); }

  void begin(AdminLimits limits = {}) {
    AdminParts parts(view_);
    parts.groups = &groups_;
    parts.events = &bus_;
    auto server = AdminServer::listen(config_, parts, io_.get_executor(), limits);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    serving_ = true;
    boost::asio::co_spawn(io_, server_->serve(stop_),
                          [this](std::exception_ptr, const Result<void>& ended) {
                            serving_ = false;
                            EXPECT_TRUE(ended);
                          });
  }

  void end() {
    stop_.request();
    while (serving_ && io_.run_one_for(std::chrono::seconds(5)) > 0) {
    }
    EXPECT_FALSE(serving_);
  }

  dynamo::HttpResponse get(const std::string& target, const std::string& method = "GET") {
    dynamo::HttpRequest request;
    request.method = method;
    request.path = target;
    auto response = ask(request, pool_);
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : dynamo::HttpResponse();
  }

  Result<dynamo::HttpResponse> ask(const dynamo::HttpRequest& request, dynamo::HttpPool& pool) {
    const bool tls = !config_.tls.certificate.empty();
    const dynamo::HttpTarget address{tls, "127.0.0.1", std::to_string(server_->port())};
    return run_to_end(io_, pool.send(address, request, std::chrono::seconds(5), true));
  }

  std::string raw(std::string bytes) {
    return run_to_end(io_, exchange(server_->port(), std::move(bytes)));
  }

  boost::asio::io_context io_;
  AdminConfig config_{"127.0.0.1", 0};
  FakeView view_;
  FakeGroups groups_;
  EventBus bus_{"life", io_.get_executor()};
  dynamo::HttpPool pool_;
  Stop stop_;
  std::unique_ptr<AdminServer> server_;
  bool serving_ = false;
};

}  // namespace crossfade::sync
