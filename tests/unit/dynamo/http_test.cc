#include "common/dynamo/http.h"

#include <thread>

#include "common/async/task_group.h"
#include "tests/fakes/certificates.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::dynamo {
namespace {

using fakes::Received;
using fakes::Reply;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Milliseconds kShort{100};

class HttpPoolTest : public DynamoTest {
 protected:
  HttpPoolTest() { http_options.connect_timeout = kPatience; }

  HttpPool make_pool() { return {http_options, io.get_executor()}; }

  Result<HttpResponse> send(HttpPool& http, const std::string& url, const std::string& body = "",
                            bool idempotent = true, Milliseconds timeout = kPatience) {
    const HttpTarget target = *parse_endpoint(url);
    HttpRequest request;
    request.body = body;
    return run(http.send(target, request, timeout, idempotent));
  }

  fakes::HttpServer server;
  HttpOptions http_options;
};

TEST_F(HttpPoolTest, CarriesARequestAndItsAnswer) {
  server.serve({Reply{.status = 201, .headers = {{"X-Note", "seen"}}, .body = "hello"}});
  HttpPool http = make_pool();
  HttpRequest request;
  request.path = "/a?b=c";
  request.headers = {{"X-Amz-Target", "T"}};
  request.body = "question";
  const HttpTarget target = *parse_endpoint(server.url());
  const auto response = run(http.send(target, request, kPatience, false));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->header("x-note"), "seen");
  EXPECT_EQ(response->header("absent"), "");
  EXPECT_EQ(response->body, "hello");
  const Received seen = server.received().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/a?b=c");
  EXPECT_EQ(seen.body, "question");
  EXPECT_EQ(seen.header("x-amz-target"), "T");
  EXPECT_EQ(seen.header("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(HttpPoolTest, LargeBodiesHaveRoomForAParserBehindThem) {
  for (const auto act : {Reply::Act::answer, Reply::Act::answer_chunked}) {
    server.serve({Reply{.act = act, .body = std::string(3'000'000, 'x')}});
    HttpPool http = make_pool();
    const auto response = send(http, server.url());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, std::string(3'000'000, 'x'));
    EXPECT_GE(response->body.capacity(), response->body.size() + 64);
  }
}

TEST_F(HttpPoolTest, AConnectionIsUsedAgain) {
  HttpPool http = make_pool();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(send(http, server.url()));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(http.connections_opened(), 1);
}

TEST_F(HttpPoolTest, AConnectionThatTheServerEndsPolitelyIsNot) {
  server.serve({Reply{.headers = {{"Connection", "close"}}, .close_after = true}});
  HttpPool http = make_pool();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(http, server.url()));
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(HttpPoolTest, AConnectionThatWasClosedAtRestIsNoticed) {
  server.serve({Reply{.close_after = true}});
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  ASSERT_TRUE(server.wait_for_closed(1));
  ASSERT_TRUE(send(http, server.url(), "", false));
  EXPECT_EQ(server.received().size(), 2U);
}

TEST_F(HttpPoolTest, AnIdleConnectionIsDroppedInTime) {
  http_options.idle_timeout = Milliseconds(20);
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  std::this_thread::sleep_for(Milliseconds(60));
  ASSERT_TRUE(send(http, server.url()));
  EXPECT_EQ(server.connections(), 2);
}

/// The second request on a connection is read, and then the connection ends.
Reply lost_on_reuse(const Received& request, int& of_first) {
  if (request.connection == 1 && ++of_first == 2) return {.act = Reply::Act::close};
  return {.body = "answer"};
}

TEST_F(HttpPoolTest, AStaleConnectionIsReplacedForAnIdempotentRequest) {
  server.serve(
      [count = 0](const Received& request) mutable { return lost_on_reuse(request, count); });
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  const auto response = send(http, server.url(), "again", true);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "answer");
  EXPECT_EQ(server.received().size(), 3U);
}

TEST_F(HttpPoolTest, AWriteThatMayHaveArrivedIsNotRepeated) {
  server.serve(
      [count = 0](const Received& request) mutable { return lost_on_reuse(request, count); });
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  const auto response = send(http, server.url(), "write", false);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::transient);
  EXPECT_TRUE(response.error().outcome_unknown);
  EXPECT_EQ(server.received().size(), 2U);
}

TEST_F(HttpPoolTest, AWriteThatCannotHaveArrivedWholeIsRepeated) {
  server.serve([count = 0](const Received& request) mutable {
    const bool second = request.connection == 1 && ++count == 2;
    return Reply{.act = second ? Reply::Act::reset_early : Reply::Act::answer, .body = "done"};
  });
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  const auto response = send(http, server.url(), std::string(20'000'000, 'x'), false);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "done");
  EXPECT_EQ(server.received().back().body.size(), 20'000'000U);
}

TEST_F(HttpPoolTest, AFreshConnectionThatBreaksIsNotTriedAgain) {
  server.serve({Reply{.act = Reply::Act::close}});
  HttpPool http = make_pool();
  const auto response = send(http, server.url(), "", true);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::transient);
  EXPECT_THAT(response.error().message, HasSubstr("the server closed the connection"));
  EXPECT_EQ(server.received().size(), 1U);
}

TEST_F(HttpPoolTest, AnAnswerCutShortIsNoAnswer) {
  server.serve({Reply{.act = Reply::Act::cut, .body = std::string(10'000, 'x')}});
  HttpPool http = make_pool();
  const auto response = send(http, server.url());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::transient);
  EXPECT_TRUE(response.error().outcome_unknown);
}

TEST_F(HttpPoolTest, SilenceEndsWithTheTimeout) {
  server.serve({Reply{.act = Reply::Act::hang}});
  HttpPool http = make_pool();
  const auto response = send(http, server.url(), "", true, kShort);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::transient);
  EXPECT_TRUE(response.error().outcome_unknown);
  EXPECT_THAT(response.error().message, HasSubstr("no answer within 100 ms"));
}

TEST_F(HttpPoolTest, ASlowAnswerOnAUsedConnectionIsNotAskedForTwice) {
  HttpPool http = make_pool();
  ASSERT_TRUE(send(http, server.url()));
  server.serve({Reply{.act = Reply::Act::hang}});
  ASSERT_FALSE(send(http, server.url(), "", true, kShort));
  ASSERT_TRUE(server.wait_for_requests(2));
  server.serve({Reply{.body = "fresh"}});
  EXPECT_EQ(send(http, server.url())->body, "fresh");
  EXPECT_EQ(server.received().size(), 3U);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpPoolTest, NobodyAtTheAddress) {
  int port = 0;
  {
    const fakes::HttpServer gone;
    port = gone.port();
  }
  HttpPool http = make_pool();
  const auto response = send(http, "http://127.0.0.1:" + std::to_string(port));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::unavailable);
  EXPECT_FALSE(response.error().outcome_unknown);
  EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1:" + std::to_string(port)));
  EXPECT_THAT(response.error().message, HasSubstr("Connection refused"));
}

TEST_F(HttpPoolTest, ANameThatDoesNotExist) {
  HttpPool http = make_pool();
  const auto response = send(http, "http://no-such-host.invalid:8000");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::unavailable);
  EXPECT_THAT(response.error().message, HasSubstr("no-such-host.invalid"));
}

TEST_F(HttpPoolTest, AnAnswerThatIsTooLargeIsRefused) {
  http_options.max_body_bytes = 1'000;
  server.serve({Reply{.body = std::string(1'001, 'x')}});
  HttpPool http = make_pool();
  const auto response = send(http, server.url());
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("larger than allowed"));
}

TEST_F(HttpPoolTest, AHeaderCannotSmuggleAnother) {
  HttpPool http = make_pool();
  HttpRequest request;
  request.headers = {{"X-Token", "a\r\nX-Other: b"}};
  const HttpTarget target = *parse_endpoint(server.url());
  const auto response = run(http.send(target, request, kPatience, true));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::invalid);
  EXPECT_EQ(server.received().size(), 0U);
}

// ---- many at once

struct Crowd {
  HttpPool& http;
  HttpTarget target;
  std::vector<int> finished;
};

Task<Result<void>> ask(Crowd& crowd, int number) {
  HttpRequest request;
  request.body = std::to_string(number);
  CO_TRY(const HttpResponse response,
         co_await crowd.http.send(crowd.target, request, kPatience, true));
  crowd.finished.push_back(number);
  co_return Result<void>();
}

Task<Result<void>> ask_all(Crowd& crowd, int count, Executor executor) {
  Stop stop(executor);
  TaskGroup group(stop);
  for (int i = 0; i < count; ++i) group.start(ask(crowd, i));
  co_return co_await group.join();
}

TEST_F(HttpPoolTest, OneConnectionServesThoseWhoWaitInTurn) {
  http_options.max_connections = 1;
  HttpPool http = make_pool();
  Crowd crowd{http, *parse_endpoint(server.url()), {}};
  const auto done = run(ask_all(crowd, 5, io.get_executor()));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(crowd.finished, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpPoolTest, ThoseWhoWaitGetTheirTurnAfterFailuresToo) {
  http_options.max_connections = 1;
  server.serve([count = 0](const Received&) mutable {
    return Reply{.act = ++count % 2 == 0 ? Reply::Act::close : Reply::Act::answer};
  });
  HttpPool http = make_pool();
  Crowd crowd{http, *parse_endpoint(server.url()), {}};
  const auto done = run(ask_all(crowd, 6, io.get_executor()));
  EXPECT_EQ(crowd.finished.size(), 6U);
}

TEST_F(HttpPoolTest, ManyRequestsAreInFlightAtOnce) {
  http_options.max_connections = 16;
  server.serve({Reply{.delay = Milliseconds(300)}});
  HttpPool http = make_pool();
  Crowd crowd{http, *parse_endpoint(server.url()), {}};
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(run(ask_all(crowd, 32, io.get_executor())));
  EXPECT_EQ(server.connections(), 16);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Milliseconds(6'000));
}

// ---- TLS

class HttpTlsTest : public HttpPoolTest {
 protected:
  void SetUp() override { http_options.ca_file = folder.write("ca.pem", authority.certificate()); }

  fakes::CertificateAuthority authority;
};

TEST_F(HttpTlsTest, TheNameInTheCertificateMustBeTheHosts) {
  fakes::HttpServer good(authority.issue("DNS:localhost"));
  good.serve({Reply{.body = std::string(200'000, 's')}});
  HttpPool http = make_pool();
  for (int i = 0; i < 3; ++i) {
    const auto response = send(http, good.url(), std::string(100'000, 'x'));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.size(), 200'000U);
    EXPECT_GE(response->body.capacity(), response->body.size() + 64);
  }
  EXPECT_EQ(good.connections(), 1);
  EXPECT_EQ(good.received().back().body.size(), 100'000U);

  fakes::HttpServer other(authority.issue("DNS:elsewhere.example"));
  const auto refused = send(http, other.url(), "secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("hostname mismatch"));
  EXPECT_EQ(other.received().size(), 0U);
}

TEST_F(HttpTlsTest, AnAddressMustBeInTheCertificateAsAnAddress) {
  fakes::HttpServer good(authority.issue("IP:127.0.0.1"));
  fakes::HttpServer other(authority.issue("DNS:127.0.0.1"));
  HttpPool http = make_pool();
  EXPECT_TRUE(send(http, "https://127.0.0.1:" + std::to_string(good.port())));
  const auto refused = send(http, "https://127.0.0.1:" + std::to_string(other.port()));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("IP address mismatch"));
}

TEST_F(HttpTlsTest, ACertificateOfNobodyWeTrustIsRefused) {
  http_options.ca_file.clear();
  fakes::HttpServer strange(authority.issue("DNS:localhost"));
  HttpPool http = make_pool();
  const auto refused = send(http, strange.url(), "secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("ca_file"));
  EXPECT_EQ(strange.received().size(), 0U);
}

TEST_F(HttpTlsTest, AServerThatIsSilentDuringTheHandshakeIsGivenUp) {
  http_options.connect_timeout = kShort;
  HttpPool http = make_pool();
  const auto refused = send(http, "https://127.0.0.1:" + std::to_string(server.port()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("no answer within 100 ms"));
}

TEST_F(HttpTlsTest, ALostReplyOverTlsIsTheSame) {
  fakes::HttpServer good(authority.issue("DNS:localhost"));
  good.serve({Reply{.act = Reply::Act::close}});
  HttpPool http = make_pool();
  const auto response = send(http, good.url(), "write", false);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::transient);
  EXPECT_TRUE(response.error().outcome_unknown);
}

TEST_F(HttpTlsTest, ACertificateFileThatDoesNotExistIsNamed) {
  http_options.ca_file = "/nowhere/ca.pem";
  HttpPool http = make_pool();
  const auto response = send(http, "https://localhost:1");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::invalid);
  EXPECT_THAT(response.error().message, HasSubstr("/nowhere/ca.pem"));
}

}  // namespace
}  // namespace crossfade::dynamo
