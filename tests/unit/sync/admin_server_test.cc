#include "sync/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "common/dynamo/http.h"
#include "sync/run_to_end.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);

tcp::endpoint local(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// Sends the bytes and reads until the server closes.
Task<std::string> exchange(std::uint16_t port, std::string bytes) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(local(port), kQuiet);
  co_await asio::async_write(socket, asio::buffer(bytes), kQuiet);
  std::string answer;
  co_await asio::async_read(socket, asio::dynamic_buffer(answer), kQuiet);
  co_return answer;
}

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() : pool_({}, io_.get_executor()), stop_(io_.get_executor()) {
    view_.links_told = {orders_link()};
  }
  ~AdminServerTest() override { end(); }

  void begin(AdminLimits limits = {}) {
    auto server = AdminServer::listen({"127.0.0.1", 0}, view_, io_.get_executor(), limits);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    serving_ = true;
    asio::co_spawn(io_, server_->serve(stop_),
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
    const dynamo::HttpTarget address{false, "127.0.0.1", std::to_string(server_->port())};
    auto response = run_to_end(io_, pool_.send(address, request, std::chrono::seconds(5), true));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : dynamo::HttpResponse();
  }

  std::string raw(std::string bytes) {
    return run_to_end(io_, exchange(server_->port(), std::move(bytes)));
  }

  asio::io_context io_;
  FakeView view_;
  dynamo::HttpPool pool_;
  Stop stop_;
  std::unique_ptr<AdminServer> server_;
  bool serving_ = false;
};

TEST_F(AdminServerTest, AnswersOverOneConnection) {
  begin();
  const dynamo::HttpResponse response = get("/v1/links");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "application/json");
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_THAT(response.body, HasSubstr(R"("name":"orders")"));
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(pool_.connections_opened(), 1);
}

TEST_F(AdminServerTest, TellsProblems) {
  begin();
  const dynamo::HttpResponse missing = get("/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  const dynamo::HttpResponse refused = get("/healthz", "DELETE");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET");
}

TEST_F(AdminServerTest, ServesTheOldHttp) {
  begin();
  EXPECT_THAT(raw("GET /healthz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 OK\r\n"));
}

TEST_F(AdminServerTest, RefusesWhatIsNotHttpOrTooLarge) {
  begin();
  EXPECT_THAT(raw("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  const std::string header = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
  EXPECT_THAT(raw(header), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(raw("GET /healthz HTTP/1.1\r\nContent-Length: 65537\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(AdminServerTest, DropsAClientThatIsTooSlow) {
  AdminLimits limits;
  limits.receive = Milliseconds(100);
  begin(limits);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(raw("GET /healthz HTTP/1.1\r\n"), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));
}

TEST_F(AdminServerTest, ServesNoMoreConnectionsThanAllowed) {
  AdminLimits limits;
  limits.connections = 2;
  limits.receive = Milliseconds(300);
  begin(limits);
  tcp::socket first(io_);
  tcp::socket second(io_);
  first.connect(local(server_->port()));
  second.connect(local(server_->port()));
  io_.run_for(Milliseconds(50));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, Milliseconds(150));
}

TEST_F(AdminServerTest, EndsIdleConnectionsAtOnce) {
  begin();
  get("/healthz");
  const auto begun = std::chrono::steady_clock::now();
  end();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST_F(AdminServerTest, AnswersThoseWhoWaitBeforeItEnds) {
  begin();
  view_.stop = &stop_;
  view_.wait_takes = std::chrono::hours(1);
  view_.wait_told = fail(Fault::stopped, "The service stops.");
  std::string answer;
  asio::co_spawn(io_,
                 exchange(server_->port(),
                          "GET /v1/links/orders/wait?until=drained HTTP/1.1\r\nHost: "
                          "127.0.0.1\r\n\r\n"),
                 [&answer](std::exception_ptr, std::string got) { answer = std::move(got); });
  io_.run_for(Milliseconds(50));
  EXPECT_EQ(view_.waits.size(), 1U);
  end();
  io_.run_for(Milliseconds(50));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 409 Conflict\r\n"));
  EXPECT_THAT(answer, HasSubstr("The service stops."));
}

TEST_F(AdminServerTest, SaysWhyItCannotListen) {
  begin();
  const AdminConfig taken{"127.0.0.1", server_->port()};
  const auto second = AdminServer::listen(taken, view_, io_.get_executor());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::unavailable);
  EXPECT_EQ(second.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(server_->port()) +
                ": Address already in use; choose another address with \"admin: {listen: ...}\"");
  const auto nowhere = AdminServer::listen({"host.invalid", 1}, view_, io_.get_executor());
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, StartsWith("cannot listen on host.invalid:1: "));
}

}  // namespace
}  // namespace crossfade::sync
