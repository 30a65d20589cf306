// Holds deploy/openapi.yaml and the table of routes against each other.
#include <gtest/gtest.h>

#include <set>

#include "sync/admin_routes.h"
#include "sync/run_to_end.h"
#include "tests/unit/sync/fake_groups.h"
#include "tests/unit/sync/fake_view.h"
#include "tests/unit/sync/openapi_schema.h"

namespace crossfade::sync {
namespace {

using Operation = OpenApi::Operation;
using Kind = rollout::MoveAnswer::Kind;

/// One request of each route; every one of them is answered with 200.
struct Sample {
  Operation operation;
  std::string target;
  std::string body;
};

const std::string kReason = R"({"reason":"r"})";

const std::vector<Sample>& samples() {
  static const std::vector<Sample> kSamples = {
      {{"GET", "/healthz"}, "/healthz", ""},
      {{"GET", "/readyz"}, "/readyz", ""},
      {{"GET", "/metrics"}, "/metrics", ""},
      {{"GET", "/v1/links"}, "/v1/links", ""},
      {{"GET", "/v1/links/{link}"}, "/v1/links/orders", ""},
      {{"GET", "/v1/links/{link}/wait"}, "/v1/links/orders/wait?until=synced", ""},
      {{"GET", "/v1/events"}, "/v1/events", ""},
      {{"GET", "/v1/audit"}, "/v1/audit", ""},
      {{"GET", "/v1/groups"}, "/v1/groups", ""},
      {{"GET", "/v1/groups/{group}"}, "/v1/groups/shop", ""},
      {{"GET", "/v1/groups/{group}/next"}, "/v1/groups/shop/next", ""},
      {{"GET", "/v1/groups/{group}/why"}, "/v1/groups/shop/why", ""},
      {{"GET", "/v1/groups/{group}/rules"}, "/v1/groups/shop/rules", ""},
      {{"GET", "/v1/groups/{group}/versions"}, "/v1/groups/shop/versions", ""},
      {{"GET", "/v1/groups/{group}/clients"}, "/v1/groups/shop/clients", ""},
      {{"POST", "/v1/groups/{group}/ramp"},
       "/v1/groups/shop/ramp",
       R"({"percent":1,"reason":"r"})"},
      {{"POST", "/v1/groups/{group}/rollback"}, "/v1/groups/shop/rollback", kReason},
      {{"POST", "/v1/groups/{group}/recover"}, "/v1/groups/shop/recover", kReason},
      {{"POST", "/v1/groups/{group}/complete"}, "/v1/groups/shop/complete", kReason},
      {{"POST", "/v1/groups/{group}/cancel"}, "/v1/groups/shop/cancel", kReason},
      {{"GET", "/v1/groups/{group}/audit"}, "/v1/groups/shop/audit", ""},
      {{"DELETE", "/v1/groups/{group}/clients/{client}"}, "/v1/groups/shop/clients/w", kReason},
      {{"POST", "/v1/groups/{group}/clients/{client}/lease"},
       "/v1/groups/shop/clients/w/lease",
       "{}"},
      {{"POST", "/v1/groups/{group}/shadow-reads"},
       "/v1/groups/shop/shadow-reads",
       R"({"link":"orders","key":"{}","equal":true})"},
      {{"GET", "/v1/violations"}, "/v1/violations", ""},
      {{"GET", "/v1/violations/{id}"}, "/v1/violations/x", ""},
      {{"POST", "/v1/violations/{id}/resolve"},
       "/v1/violations/x/resolve",
       R"({"take":"mongodb","reason":"r"})"},
      {{"GET", "/v1/deadletters"}, "/v1/deadletters", ""},
  };
  return kSamples;
}

class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    view_.links_told = {orders_link()};
    view_.links_told[0].group = "shop";
    groups_.view_told = shop_view();
    groups_.view_told.state.handoff = ramp_under_way(control::HandoffStep::holding);
    groups_.view_told.state.rules.next.emplace().percent = 50;
    groups_.next_told = {{rollout::Verb::ramp, "", {lag_guard(), clean_guard()}},
                         {rollout::Verb::rollback_unplanned, "Not now.", {}}};
    groups_.clients_told = {{"w", true, 10'000, 7, 1}};
    groups_.versions_told = {{groups_.view_told.state.rules, 5, "anna", "first"}};
    rollout::MoveAnswer answer;
    answer.guards = {clean_guard()};
    answer.steps = {"fence"};
    answer.rules = groups_.view_told.state.rules;
    answer.at_risk = {risk_of_orders()};
    groups_.move_told = answer;
  }

  AdminReply ask(const std::string& method, const std::string& target, std::string body) {
    AdminRequest request{method, target, "localhost"};
    request.body = std::move(body);
    return run_to_end(io_, routes_.answer(std::move(request)));
  }
  static AdminParts parts_of(FakeView& view, FakeGroups& groups) {
    AdminParts parts(view);
    parts.groups = &groups;
    return parts;
  }
  std::string fault_of(const Sample& sample, const AdminReply& reply) const {
    return api_.fault(sample.operation, reply.status, reply.content_type, reply.body);
  }

  OpenApi api_{CROSSFADE_TEST_DATA "/../../../deploy/openapi.yaml"};
  boost::asio::io_context io_;
  FakeView view_;
  FakeGroups groups_;
  AdminRoutes routes_{parts_of(view_, groups_), {}, io_.get_executor()};
};

TEST_F(OpenApiTest, HasEveryRouteAndNoOther) {
  std::set<Operation> described;
  for (const Operation& operation : api_.operations()) described.insert(operation);
  std::set<Operation> served;
  for (const Route& route : routes_.table().routes()) served.insert({route.method, route.pattern});
  for (const Operation& one : described) {
    EXPECT_TRUE(served.contains(one)) << one.method << " " << one.path << " is not served";
  }
  for (const Operation& one : served) {
    EXPECT_TRUE(described.contains(one)) << one.method << " " << one.path << " is not described";
  }
}

TEST_F(OpenApiTest, DescribesEveryAnswer) {
  std::set<Operation> tried;
  for (const Sample& sample : samples()) {
    tried.insert(sample.operation);
    const AdminReply reply = ask(sample.operation.method, sample.target, sample.body);
    EXPECT_EQ(reply.status, 200) << sample.target << ": " << reply.body;
    EXPECT_EQ(fault_of(sample, reply), "") << sample.target << ": " << reply.body;
  }
  EXPECT_EQ(tried.size(), routes_.table().routes().size());
}

TEST_F(OpenApiTest, DescribesEveryOutcome) {
  const Sample ramp{
      {"POST", "/v1/groups/{group}/ramp"}, "/v1/groups/shop/ramp", R"({"percent":1,"reason":"r"})"};
  for (const Kind kind :
       {Kind::done, Kind::planned, Kind::unmet, Kind::undone, Kind::completing, Kind::refused}) {
    groups_.move_told->kind = kind;
    const AdminReply reply = ask("POST", ramp.target, ramp.body);
    EXPECT_EQ(fault_of(ramp, reply), "") << reply.body;
  }
  groups_.move_told = fail(Fault::unavailable, "The control table does not answer.");
  EXPECT_EQ(fault_of(ramp, ask("POST", ramp.target, ramp.body)), "");
  EXPECT_EQ(fault_of(ramp, ask("POST", ramp.target, "{}")), "");
}

TEST_F(OpenApiTest, DescribesWhatIsNotThere) {
  groups_.names_told = {};
  view_.links_told = {};
  view_.ready_told = false;
  int refused = 0;
  for (const Sample& sample : samples()) {
    const AdminReply reply = ask(sample.operation.method, sample.target, sample.body);
    refused += reply.status >= 400 ? 1 : 0;
    EXPECT_EQ(fault_of(sample, reply), "") << sample.target << ": " << reply.body;
  }
  EXPECT_GE(refused, 15);
}

TEST_F(OpenApiTest, WouldNoticeAMemberThatIsMissingOrNew) {
  const Operation groups{"GET", "/v1/groups"};
  EXPECT_EQ(api_.fault(groups, 200, "application/json", "{}"), ".groups is missing");
  EXPECT_EQ(api_.fault(groups, 200, "application/json", R"({"groups":[],"more":1})"),
            ".more is not documented");
  EXPECT_EQ(api_.fault(groups, 200, "application/json", R"({"groups":1})"),
            ".groups has another type: 1");
  EXPECT_EQ(api_.fault(groups, 418, "application/json", "{}"), "status 418 is not documented");
}

}  // namespace
}  // namespace crossfade::sync
