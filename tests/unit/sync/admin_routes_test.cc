#include "sync/admin_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/async/task_group.h"
#include "sync/run_to_end.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AdminRoutesTest : public testing::Test {
 protected:
  AdminRoutesTest() { view_.links_told = {orders_link()}; }

  AdminReply get(const std::string& target) { return ask({"GET", target, "127.0.0.1:8642"}); }
  AdminReply ask(AdminRequest request) {
    return run_to_end(io_, routes_.answer(std::move(request)));
  }
  std::string problem_of(const std::string& target, int status) {
    const AdminReply reply = get(target);
    EXPECT_EQ(reply.status, status) << target << ": " << reply.body;
    EXPECT_EQ(reply.content_type, "application/problem+json");
    EXPECT_EQ(json::parse(reply.body)["status"], status);
    return json::parse(reply.body)["detail"];
  }

  boost::asio::io_context io_;
  FakeView view_;
  AdminRoutes routes_{view_, {}, io_.get_executor()};
};

TEST_F(AdminRoutesTest, IsAlive) {
  EXPECT_EQ(get("/healthz").body, R"({"status":"alive"})");
}

TEST_F(AdminRoutesTest, IsReadyWhenEveryLinkRuns) {
  EXPECT_EQ(get("/readyz").status, 200);
  view_.ready_told = false;
  EXPECT_EQ(problem_of("/readyz", 503), "The links are being set up.");
  LinkStatus carts;
  carts.name = "carts";
  carts.phase = "stopped";
  carts.reason = "The table Carts has no stream.";
  view_.links_told.push_back(carts);
  EXPECT_EQ(problem_of("/readyz", 503), "carts is stopped: The table Carts has no stream.");
}

TEST_F(AdminRoutesTest, ShowsLinks) {
  EXPECT_EQ(json::parse(get("/v1/links").body)["links"][0]["name"], "orders");
  EXPECT_EQ(json::parse(get("/v1/links/orders").body)["phase"], "synced");
  EXPECT_EQ(problem_of("/v1/links/carts", 404), "There is no link \"carts\".");
}

TEST_F(AdminRoutesTest, WaitsForALink) {
  const AdminReply reply = get("/v1/links/o%2Frders/wait?until=drained&timeout_ms=1500");
  EXPECT_EQ(reply.body, R"({"link":"o/rders","until":"drained","reached":true})");
  ASSERT_EQ(view_.waits.size(), 1U);
  EXPECT_EQ(view_.waits[0].link, "o/rders");
  EXPECT_EQ(view_.waits[0].what, WaitFor::drained);
  EXPECT_EQ(view_.waits[0].limit, Milliseconds(1500));
  get("/v1/links/orders/wait?until=copied");
  EXPECT_EQ(view_.waits[1].what, WaitFor::copied);
  EXPECT_EQ(view_.waits[1].limit, Milliseconds(60'000));
}

TEST_F(AdminRoutesTest, TellsWhyAWaitFailed) {
  view_.wait_told = fail(Fault::transient, "3 changes still wait.");
  EXPECT_EQ(problem_of("/v1/links/a/wait?until=synced", 408), "3 changes still wait.");
  view_.wait_told = fail(Fault::stopped, "The stream was trimmed.");
  EXPECT_EQ(problem_of("/v1/links/a/wait?until=synced", 409), "The stream was trimmed.");
  view_.wait_told = fail(Fault::not_found, "There is no link \"a\".");
  EXPECT_EQ(problem_of("/v1/links/a/wait?until=synced", 404), "There is no link \"a\".");
  view_.wait_told = fail(Fault::corrupt, "The log cannot be read.");
  EXPECT_EQ(problem_of("/v1/links/a/wait?until=synced", 503), "The log cannot be read.");
}

TEST_F(AdminRoutesTest, RefusesWaitsItDoesNotUnderstand) {
  EXPECT_THAT(problem_of("/v1/links/a/wait", 400), HasSubstr("until"));
  EXPECT_THAT(problem_of("/v1/links/a/wait?until=tomorrow", 400), HasSubstr("until"));
  for (const char* timeout : {"-1", "x", "1s", "99999999999", "1e3"}) {
    EXPECT_THAT(problem_of(std::string("/v1/links/a/wait?until=synced&timeout_ms=") + timeout, 400),
                HasSubstr("timeout_ms"));
  }
  EXPECT_TRUE(view_.waits.empty());
}

TEST_F(AdminRoutesTest, BoundsThoseWhoWait) {
  Stop stop(io_.get_executor());
  view_.stop = &stop;
  view_.wait_takes = std::chrono::hours(1);
  int answered = 0;
  const auto count = [&answered](std::exception_ptr, const AdminReply& reply) {
    answered += reply.status == 200 ? 1 : 0;
  };
  const AdminRequest request{"GET", "/v1/links/a/wait?until=synced", "localhost"};
  for (int waiter = 0; waiter < AdminRoutes::kWaiters; ++waiter) {
    boost::asio::co_spawn(io_, routes_.answer(request), count);
  }
  io_.poll();
  EXPECT_THAT(problem_of("/v1/links/a/wait?until=synced", 429), HasSubstr("Too many"));
  stop.request();
  io_.run();
  EXPECT_EQ(answered, AdminRoutes::kWaiters);
  view_.stop = nullptr;
  EXPECT_EQ(get("/v1/links/a/wait?until=synced").status, 200);
}

TEST_F(AdminRoutesTest, ListsWhatWasSetAside) {
  const json two = json::parse(get("/v1/violations?link=orders&limit=2").body);
  ASSERT_EQ(two["violations"].size(), 2U);
  EXPECT_EQ(two["violations"][0]["_id"], "0");
  EXPECT_EQ(two["violations"][0]["link"], "orders");
  EXPECT_EQ(two["truncated"], false);
  const json all = json::parse(get("/v1/deadletters").body);
  EXPECT_EQ(all["deadletters"].size(), 3U);
  EXPECT_EQ(all["deadletters"][0]["link"], "");
  EXPECT_EQ(problem_of("/v1/violations?link=unknown", 404), "There is no link \"unknown\".");
  EXPECT_EQ(problem_of("/v1/deadletters?link=down", 503), "MongoDB does not answer.");
  EXPECT_THAT(problem_of("/v1/violations?limit=1001", 400), HasSubstr("limit"));
}

TEST_F(AdminRoutesTest, CutsAListingThatIsTooLong) {
  view_.document_padding.assign(7U << 20, 'x');
  const json cut = json::parse(get("/v1/violations").body);
  EXPECT_EQ(cut["violations"].size(), 2U);
  EXPECT_EQ(cut["truncated"], true);
}

TEST_F(AdminRoutesTest, ServesMetrics) {
  const AdminReply reply = get("/metrics");
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("crossfade_ready 1\n"));
}

TEST_F(AdminRoutesTest, AnswersOnlyGetAndOnlyWhatItKnows) {
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"}) {
    EXPECT_EQ(ask({method, "/healthz", "localhost"}).status, 405) << method;
  }
  for (const char* target : {"/", "/v1", "/v1/links/", "/v1/links/a/b", "/v1/links/a/wait/x",
                             "/v2/links", "/healthz/x", "/metrics/"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
  EXPECT_EQ(get("no-slash").status, 400);
  EXPECT_EQ(get("/v1/links/%zz").status, 400);
}

TEST_F(AdminRoutesTest, TakesNoChangesFromForeignPages) {
  AdminRequest change{"POST", "/v1/groups/shop/ramp", "127.0.0.1:8642"};
  for (const char* origin : {"https://evil.example", "null", "http://127.0.0.1:8643"}) {
    change.origin = origin;
    EXPECT_EQ(ask(change).status, 403) << origin;
  }
  for (const char* origin : {"", "http://127.0.0.1:8642"}) {
    change.origin = origin;
    EXPECT_EQ(ask(change).status, 400) << origin;
  }
}

TEST_F(AdminRoutesTest, OnThisMachineAloneIgnoresForeignNames) {
  for (const char* host :
       {"localhost", "localhost:8642", "127.0.0.1", "127.0.0.1:1", "[::1]:8642", "[::1]", ""}) {
    EXPECT_EQ(ask({"GET", "/healthz", host}).status, 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:8642", "localhost.evil.example",
                           "10.0.0.1", "127.evil.example"}) {
    EXPECT_EQ(ask({"GET", "/healthz", host}).status, 403) << host;
  }
  AdminRoutes open(view_, {.local = false}, io_.get_executor());
  const AdminRequest request{"GET", "/healthz", "crossfade.internal:8642"};
  EXPECT_EQ(run_to_end(io_, open.answer(request)).status, 200);
}

}  // namespace
}  // namespace crossfade::sync
