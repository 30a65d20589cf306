#include "sync/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sync/admin_fixture.h"

namespace crossfade::sync {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

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

TEST_F(AdminServerTest, TakesChangesWithABody) {
  begin();
  groups_.view_told = shop_view();
  dynamo::HttpRequest ramp;
  ramp.path = "/v1/groups/shop/ramp";
  ramp.body = R"({"percent":10,"reason":"first"})";
  ramp.headers = {{"Idempotency-Key", "k1"}};
  const auto first = ask(ramp, pool_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->status, 200) << first->body;
  EXPECT_EQ(ask(ramp, pool_)->body, first->body);
  ASSERT_EQ(groups_.moves.size(), 1U);
  EXPECT_EQ(groups_.moves[0].request.who, "127.0.0.1");
  dynamo::HttpRequest forget;
  forget.method = "DELETE";
  forget.path = "/v1/groups/shop/clients/w";
  forget.body = R"({"reason":"gone"})";
  EXPECT_EQ(ask(forget, pool_)->status, 200);
}

TEST_F(AdminServerTest, BoundsTheBodyOfAChange) {
  begin();
  groups_.view_told = shop_view();
  const std::string head = "POST /v1/groups/shop/ramp HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_THAT(raw(head + "Content-Length: 1048577\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  dynamo::HttpRequest ramp;
  ramp.path = "/v1/groups/shop/ramp";
  ramp.body = R"({"percent":10,"reason":"first","allow":["u"]})" + std::string(200'000, ' ');
  EXPECT_EQ(ask(ramp, pool_)->status, 200);
}

TEST_F(AdminServerTest, AnswersInTimeWhatTakesTooLong) {
  AdminLimits limits;
  limits.answer = Milliseconds(50);
  Stop slow(io_.get_executor());
  begin(limits);
  view_.stop = &slow;
  view_.listing_takes = std::chrono::hours(1);
  const dynamo::HttpResponse response = get("/v1/violations");
  EXPECT_EQ(response.status, 504);
  EXPECT_THAT(response.body, HasSubstr("no answer yet after 50 ms"));
  view_.wait_takes = Milliseconds(200);
  EXPECT_EQ(get("/v1/links/orders/wait?until=synced").status, 200);
  slow.request();
  end();  // before `slow` goes, which the late answer still waits on
}

TEST_F(AdminServerTest, StreamsEventsUntilItEnds) {
  begin();
  std::string answer;
  asio::co_spawn(io_, exchange(server_->port(), "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n"),
                 [](std::exception_ptr, const std::string&) {});
  asio::co_spawn(io_, exchange(server_->port(), "GET /v1/events HTTP/1.1\r\n\r\n"),
                 [&answer](std::exception_ptr, std::string got) { answer = std::move(got); });
  io_.run_for(Milliseconds(50));
  bus_.publish("transition", R"({"sentence":"10 % are on MongoDB."})");
  io_.run_for(Milliseconds(50));
  end();
  io_.run_for(Milliseconds(50));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nid: life-1\nevent: transition\ndata: "
                                        "{\"sentence\":\"10 % are on MongoDB.\"}\n\n"));
}

TEST_F(AdminServerTest, GoesOnBehindTheLastEventSeen) {
  begin();
  for (const char* json : {"1", "2", "3"}) bus_.publish("guard", json);
  std::string answer;
  asio::co_spawn(
      io_, exchange(server_->port(), "GET /v1/events HTTP/1.1\r\nLast-Event-ID: life-2\r\n\r\n"),
      [&answer](std::exception_ptr, std::string got) { answer = std::move(got); });
  io_.run_for(Milliseconds(50));
  end();
  io_.run_for(Milliseconds(50));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nid: life-3\nevent: guard\ndata: 3\n\n"));
}

}  // namespace
}  // namespace crossfade::sync
