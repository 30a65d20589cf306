#include "sync/route_table.h"

#include <gtest/gtest.h>

#include "sync/run_to_end.h"

namespace crossfade::sync {
namespace {

Task<AdminReply> echo(RouteCall call) {
  AdminReply reply;
  reply.body = call.in_path("group") + "," + call.in_path("client") + "," + call.in_query("x");
  co_return reply;
}

class RouteTableTest : public testing::Test {
 protected:
  RouteTableTest() {
    table_.add({"GET", "/v1/groups/{group}", echo});
    table_.add(
        {"POST", "/v1/groups/{group}/clients/{client}/lease", echo, Access::guarded, Pace::waits});
    table_.add({"DELETE", "/v1/groups/{group}", echo});
    table_.add({"GET", "/healthz", echo, Access::open});
  }

  std::string answer(const std::string& method, const std::string& target) {
    RouteTable::Match match = table_.find({method, target, ""});
    if (match.route == nullptr) return std::to_string(match.refusal.status);
    return run_to_end(io_, match.route->handler(std::move(match.call))).body;
  }

  boost::asio::io_context io_;
  RouteTable table_;
};

TEST_F(RouteTableTest, TakesThePathApart) {
  EXPECT_EQ(answer("GET", "/v1/groups/shop"), "shop,,");
  EXPECT_EQ(answer("GET", "/v1/groups/a%2Fb%20c?x=1&x=2&y=3"), "a/b c,,1");
  EXPECT_EQ(answer("POST", "/v1/groups/shop/clients/w-1/lease"), "shop,w-1,");
}

TEST_F(RouteTableTest, RefusesWhatItDoesNotKnow) {
  for (const char* target : {"/", "/v1/groups", "/v1/groups/", "/v1/groups/a/b", "/v2/groups/a",
                             "/v1/groups/a/clients/b/lease/c", "/healthz/", "//healthz"}) {
    EXPECT_EQ(answer("GET", target), "404") << target;
  }
  EXPECT_EQ(answer("GET", "healthz"), "400");
  EXPECT_EQ(answer("GET", "/%zz"), "400");
}

TEST_F(RouteTableTest, ReadsPercentEscapesOnceAndInEverySegment) {
  EXPECT_EQ(answer("GET", "/v1/groups/the%20shop"), "the shop,,");
  EXPECT_EQ(answer("GET", "/v1/groups/zo%C3%AB"), "zo\u00eb,,");
  EXPECT_EQ(answer("GET", "/v1/groups/100%25"), "100%,,");
  EXPECT_EQ(answer("GET", "/v1/groups/a%252Fb"), "a%2Fb,,");
  EXPECT_EQ(answer("GET", "/v1/groups/a+b?x=c+d%2B"), "a+b,,c d+");
  EXPECT_EQ(answer("POST", "/v1/groups/a%2Fb/clients/w%201/lease"), "a/b,w 1,");
  EXPECT_EQ(answer("GET", "/v1/gr%6Fups/shop"), "shop,,");
}

TEST_F(RouteTableTest, RefusesEscapesThatAreNone) {
  for (const char* target :
       {"/v1/groups/%", "/v1/groups/%2", "/v1/groups/%2g", "/v1/groups/%%20", "/v1/groups/%00",
        "/v1/groups/a%0Ab", "/v1/groups/%7F", "/v1/groups/%ff", "/v1/groups/%C3",
        "/v1/groups/%C0%AF", "/v1/groups/%ED%A0%80", "/v1/groups/a?x=%zz", "/v1/groups/a?x=%ff",
        "/v1/groups/a?%00=1"}) {
    const RouteTable::Match match = table_.find({"GET", target, ""});
    EXPECT_EQ(match.route, nullptr) << target;
    EXPECT_EQ(match.refusal.status, 400) << target;
    EXPECT_EQ(match.refusal.content_type, "application/problem+json") << target;
  }
}

TEST_F(RouteTableTest, NamesTheMethodsOfAPath) {
  const RouteTable::Match match = table_.find({"PUT", "/v1/groups/shop", ""});
  EXPECT_EQ(match.refusal.status, 405);
  ASSERT_EQ(match.refusal.headers.size(), 1U);
  EXPECT_EQ(match.refusal.headers[0].first, "Allow");
  EXPECT_EQ(match.refusal.headers[0].second, "GET, DELETE");
}

TEST_F(RouteTableTest, FindsARouteByItsHead) {
  EXPECT_EQ(table_.route_of("GET", "/healthz")->access, Access::open);
  EXPECT_EQ(table_.route_of("POST", "/v1/groups/a/clients/b/lease")->pace, Pace::waits);
  EXPECT_EQ(table_.route_of("POST", "/healthz"), nullptr);
}

TEST_F(RouteTableTest, ReadsNumbers) {
  const RouteCall call = table_.find({"GET", "/healthz?a=7&b=-1&c=x&d=101&e=1e1&f=", ""}).call;
  EXPECT_EQ(call.number("a", 5, 100), 7);
  EXPECT_EQ(call.number("f", 5, 100), 5);
  EXPECT_EQ(call.number("none", 5, 100), 5);
  for (const char* name : {"b", "c", "d", "e"}) EXPECT_EQ(call.number(name, 5, 100), std::nullopt);
}

}  // namespace
}  // namespace crossfade::sync
