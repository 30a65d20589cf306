#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/admin_routes.h"
#include "sync/groups_requests.h"
#include "sync/run_to_end.h"
#include "tests/unit/sync/fake_groups.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using rollout::Verb;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = rollout::MoveAnswer::Kind;

AdminParts parts_of(FakeView& view, FakeGroups& groups) {
  AdminParts parts(view);
  parts.groups = &groups;
  return parts;
}

class GroupsRoutesTest : public testing::Test {
 protected:
  GroupsRoutesTest() {
    groups_.view_told = shop_view();
    view_.links_told = {orders_link()};
  }

  AdminReply ask(const std::string& method, const std::string& target, std::string body = {}) {
    AdminRequest request{method, target, "127.0.0.1:8642"};
    request.body = std::move(body);
    request.from = "127.0.0.1";
    return run_to_end(io_, routes_.answer(std::move(request)));
  }
  json get(const std::string& target) {
    const AdminReply reply = ask("GET", target);
    EXPECT_EQ(reply.status, 200) << target << ": " << reply.body;
    return json::parse(reply.body);
  }
  json post(const std::string& target, const json& body, int status = 200) {
    const AdminReply reply = ask("POST", target, body.dump());
    EXPECT_EQ(reply.status, status) << target << ": " << reply.body;
    return json::parse(reply.body);
  }
  std::string refusal(const std::string& target, const std::string& body) {
    const AdminReply reply = ask("POST", target, body);
    EXPECT_EQ(reply.status, 400) << body << ": " << reply.body;
    EXPECT_EQ(reply.content_type, "application/problem+json");
    return json::parse(reply.body)["detail"];
  }
  const rollout::MoveRequest& last_move() const { return groups_.moves.back().request; }

  boost::asio::io_context io_;
  FakeView view_;
  FakeGroups groups_;
  AdminRoutes routes_{parts_of(view_, groups_), {}, io_.get_executor()};
};

TEST_F(GroupsRoutesTest, ListsGroups) {
  const json list = get("/v1/groups")["groups"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["group"], "shop");
  EXPECT_EQ(list[0]["phase"], "ramping");
  EXPECT_EQ(list[0]["links"], json({"orders"}));
  EXPECT_EQ(list[0]["rules"],
            json({{"version", 7}, {"epoch", 3}, {"percent", 10.0}, {"allowed", 2}, {"denied", 1}}));
  EXPECT_TRUE(list[0]["handoff"].is_null());
}

TEST_F(GroupsRoutesTest, ShowsOneGroupWithTheNumbersOfItsLinks) {
  groups_.view_told.state.handoff = ramp_under_way(control::HandoffStep::verifying);
  groups_.view_told.state.rules.next.emplace().percent = 50;
  const json shop = get("/v1/groups/shop");
  EXPECT_EQ(shop["links"][0]["backward_lag_ms"], 120);
  EXPECT_EQ(shop["clients"], json({{"registered", 2}, {"silent_continuing", 0}, {"behind", 1}}));
  EXPECT_EQ(shop["handoff"]["step"], "verifying");
  EXPECT_EQ(shop["handoff"]["past_journal"], false);
  EXPECT_EQ(shop["rules"]["next"]["percent"], 50);
  EXPECT_THAT(shop["sentence"].get<std::string>(), HasSubstr("anna@desk"));
}

TEST_F(GroupsRoutesTest, KnowsNoOtherGroup) {
  for (const char* path : {"", "/next", "/why", "/rules", "/clients", "/versions"}) {
    const AdminReply reply = ask("GET", std::string("/v1/groups/carts") + path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(json::parse(reply.body)["detail"], "There is no group \"carts\".");
  }
  const json ramp = {{"percent", 1}, {"reason", "r"}};
  EXPECT_EQ(post("/v1/groups/carts/ramp", ramp, 404)["status"], 404);
}

TEST_F(GroupsRoutesTest, WithoutGroupsHasAnEmptyList) {
  AdminRoutes without(view_, {}, io_.get_executor());
  const AdminRequest list{"GET", "/v1/groups", "localhost"};
  EXPECT_EQ(run_to_end(io_, without.answer(list)).body, R"({"groups":[]})");
  const AdminRequest one{"GET", "/v1/groups/shop/why", "localhost"};
  EXPECT_EQ(run_to_end(io_, without.answer(one)).status, 404);
}

TEST_F(GroupsRoutesTest, TellsWhatMayBeDoneWithTheNumbersThatAreCompared) {
  groups_.next_told = {{Verb::ramp, "", {lag_guard()}},
                       {Verb::rollback, "", {}},
                       {Verb::cancel, "Subjects are on MongoDB.", {}}};
  const json next = get("/v1/groups/shop/next");
  EXPECT_EQ(next["phase"], "ramping");
  const json& ramp = next["verbs"][0];
  EXPECT_EQ(ramp["verb"], "ramp");
  EXPECT_EQ(ramp["allowed"], false);
  EXPECT_EQ(ramp["guards"][0], json::parse(R"({"name":"backward_lag","measured":3100.0,
      "limit":2000.0,"unit":"ms","met":false,"judgement":false,
      "sentence":"MongoDB's changes are 3.1 s behind; wait until they are applied."})"));
  EXPECT_EQ(next["verbs"][1]["allowed"], true);
  EXPECT_EQ(next["verbs"][2]["allowed"], false);
  EXPECT_EQ(next["verbs"][2]["refusal"], "Subjects are on MongoDB.");
}

TEST_F(GroupsRoutesTest, TellsWhy) {
  const json why = get("/v1/groups/shop/why");
  EXPECT_EQ(why["history"][0]["who"], "anna@desk");
  EXPECT_THAT(why["sentence"].get<std::string>(), HasSubstr("10 % of the subjects"));
  groups_.view_told.state.handoff = ramp_under_way(control::HandoffStep::journaled);
  groups_.view_told.state.stranded = ramp_under_way(control::HandoffStep::releasing);
  const json past = get("/v1/groups/shop/why");
  EXPECT_EQ(past["handoff"]["past_journal"], true);
  EXPECT_THAT(past["sentence"].get<std::string>(), HasSubstr("past its journal entry"));
  EXPECT_THAT(past["sentence"].get<std::string>(), HasSubstr("crossfade recover"));
}

TEST_F(GroupsRoutesTest, ServesTheRulesAsApplicationsReadThem) {
  const AdminReply reply = ask("GET", "/v1/groups/shop/rules");
  const auto rules = control::rules_from_json(reply.body);
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(*rules, groups_.view_told.state.rules);
}

TEST_F(GroupsRoutesTest, ListsVersionsAndClients) {
  groups_.versions_told = {{groups_.view_told.state.rules, 5, "anna@desk", "first"}};
  const json versions = get("/v1/groups/shop/versions?limit=7");
  EXPECT_EQ(groups_.versions_limit, 7);
  EXPECT_EQ(versions["versions"][0]["rules"]["version"], 7);
  EXPECT_EQ(versions["versions"][0]["reason"], "first");
  EXPECT_EQ(ask("GET", "/v1/groups/shop/versions?limit=1001").status, 400);
  groups_.clients_told = {{"worker-1", true, 10'000, 7, 1'767'225'600'000}};
  EXPECT_EQ(get("/v1/groups/shop/clients")["clients"][0], json({{"id", "worker-1"},
                                                                {"mode", "continue"},
                                                                {"lease_ms", 10'000},
                                                                {"acknowledged", 7},
                                                                {"seen_ms", 1'767'225'600'000}}));
}

TEST_F(GroupsRoutesTest, AnswersAMoveByItsOutcome) {
  const json body = {{"percent", 50}, {"reason", "the next half"}};
  const std::vector<std::tuple<Kind, int, const char*>> outcomes = {
      {Kind::done, 200, "done"},       {Kind::planned, 200, "planned"},
      {Kind::unmet, 412, "unmet"},     {Kind::undone, 408, "undone"},
      {Kind::refused, 409, "refused"}, {Kind::completing, 202, "completing"},
  };
  for (const auto& [kind, status, name] : outcomes) {
    rollout::MoveAnswer answer;
    answer.kind = kind;
    answer.sentence = "It is as it is.";
    answer.guards = {lag_guard()};
    answer.rules = groups_.view_told.state.rules;
    answer.fence_ms = 412;
    answer.took = {{"drain", 380}};
    groups_.move_told = answer;
    const json told = post("/v1/groups/shop/ramp", body, status);
    EXPECT_EQ(told["outcome"], name);
    EXPECT_EQ(told["verb"], "ramp");
    EXPECT_EQ(told["fence_ms"], 412);
    EXPECT_EQ(told["took"], nlohmann::json::parse(R"([{"step":"drain","ms":380}])"));
    EXPECT_EQ(told["rules"]["version"], 7);
    EXPECT_EQ(told["guards"][0]["name"], "backward_lag");
    EXPECT_EQ(told.contains("detail"), status >= 400) << name;
    if (status >= 400) EXPECT_EQ(told["detail"], "It is as it is.");
  }
}

TEST_F(GroupsRoutesTest, TellsThatTheControlTableDoesNotAnswer) {
  groups_.move_told = fail(Fault::unavailable, "The control table does not answer.");
  const json body = {{"percent", 50}, {"reason", "r"}};
  EXPECT_EQ(post("/v1/groups/shop/ramp", body, 503)["detail"],
            "The control table does not answer.");
}

TEST_F(GroupsRoutesTest, PublishesTheGuardsThatStandInTheWay) {
  EventBus bus("life", io_.get_executor());
  AdminParts parts = parts_of(view_, groups_);
  parts.events = &bus;
  AdminRoutes routes(parts, {}, io_.get_executor());
  groups_.move_told->kind = Kind::unmet;
  groups_.move_told->guards = {clean_guard(), {.name = "forward_lag", .met = true}};
  AdminRequest ramp{"POST", "/v1/groups/shop/ramp", "localhost"};
  ramp.body = R"({"percent":1,"reason":"r"})";
  std::int64_t place = bus.place_after("");
  EXPECT_EQ(run_to_end(io_, routes.answer(ramp)).status, 412);
  const std::string text = bus.text_from(place);
  EXPECT_THAT(text, HasSubstr("event: guard\ndata: {\"group\":\"shop\",\"verb\":\"ramp\","
                              "\"name\":\"clean_hours\""));
  EXPECT_THAT(text, testing::Not(HasSubstr("forward_lag")));
}

TEST_F(GroupsRoutesTest, RecordsEachChange) {
  AdminRequest ramp{"POST", "/v1/groups/shop/ramp", "localhost"};
  ramp.body = R"({"percent":50,"allow":["u1"],"who":"anna","reason":"more"})";
  ramp.from = "10.0.0.7";
  ramp.idempotency_key = "k1";
  groups_.move_told->sentence = "50 % are on MongoDB.";
  groups_.move_told->hook_output = "told the team";
  const AdminReply first = run_to_end(io_, routes_.answer(ramp));
  EXPECT_EQ(run_to_end(io_, routes_.answer(ramp)).body, first.body);
  EXPECT_EQ(groups_.moves.size(), 1U);
  post("/v1/groups/shop/ramp", {{"percent", 50}, {"dry_run", true}});
  ask("DELETE", "/v1/groups/shop/clients/w", R"({"who":"anna","reason":"gone"})");
  const json entries = get("/v1/groups/shop/audit")["entries"];
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]["what"], "rollout clients --forget w");
  EXPECT_EQ(entries[0]["result"], "Nobody waits for w any more.");
  EXPECT_EQ(entries[1]["id"], "k1");
  EXPECT_EQ(entries[1]["who"], "anna");
  EXPECT_EQ(entries[1]["from"], "10.0.0.7");
  EXPECT_EQ(entries[1]["what"], "ramp --to 50 --allow u1 --budget 5s");
  EXPECT_EQ(entries[1]["reason"], "more");
  EXPECT_EQ(entries[1]["result"], "done: 50 % are on MongoDB.");
  EXPECT_EQ(entries[1]["hook_output"], "told the team");
  EXPECT_EQ(entries[1]["status"], 200);
  EXPECT_EQ(get("/v1/groups/shop/audit?limit=1")["entries"].size(), 1U);
}

TEST_F(GroupsRoutesTest, RecordsResolutionsWithTheGroupOfTheLink) {
  const json body = {{"take", "mongodb"}, {"who", "anna"}, {"reason", "hers"}};
  post("/v1/violations/x/resolve", body);
  EXPECT_EQ(get("/v1/audit")["entries"][0]["what"], "violations resolve x --take mongodb");
  view_.links_told[0].group = "shop";
  view_.violation_link = "orders";
  post("/v1/violations/y/resolve", body);
  EXPECT_EQ(get("/v1/groups/shop/audit")["entries"][0]["what"],
            "violations resolve y --take mongodb");
  EXPECT_EQ(get("/v1/audit")["entries"].size(), 1U);
}

TEST_F(GroupsRoutesTest, UnderstandsWhatIsAskedFor) {
  post("/v1/groups/shop/ramp", json::parse(R"({"percent":12.25,"allow":["u7","u8"],"deny":["u9"],
      "unlist":["u1"],"dry_run":true,"override":["clean_hours"],"verify":"cohort",
      "budget_ms":30000,"who":"anna@desk","reason":"more"})"));
  EXPECT_EQ(groups_.moves.back().group, "shop");
  EXPECT_EQ(last_move().verb, Verb::ramp);
  EXPECT_EQ(last_move().percent, 12.25);
  EXPECT_THAT(last_move().allow, ElementsAre("u7", "u8"));
  EXPECT_THAT(last_move().deny, ElementsAre("u9"));
  EXPECT_THAT(last_move().unlist, ElementsAre("u1"));
  EXPECT_TRUE(last_move().dry_run);
  EXPECT_THAT(last_move().overrides, ElementsAre("clean_hours"));
  EXPECT_EQ(last_move().verify, rollout::VerifyScope::cohort);
  EXPECT_EQ(last_move().budget_ms, 30'000);
  EXPECT_EQ(last_move().who, "anna@desk");
  EXPECT_EQ(last_move().reason, "more");
}

TEST_F(GroupsRoutesTest, TakesEveryVerbOfAGroup) {
  const json plain = {{"reason", "r"}};
  post("/v1/groups/shop/rollback", plain);
  EXPECT_EQ(last_move().verb, Verb::rollback);
  EXPECT_EQ(last_move().percent, std::nullopt);
  EXPECT_EQ(last_move().who, "127.0.0.1");
  EXPECT_EQ(last_move().budget_ms, 5'000);
  post("/v1/groups/shop/rollback", {{"reason", "r"}, {"unplanned", true}});
  EXPECT_EQ(last_move().verb, Verb::rollback_unplanned);
  post("/v1/groups/shop/recover", plain);
  EXPECT_EQ(last_move().verb, Verb::recover);
  post("/v1/groups/shop/complete", plain);
  EXPECT_EQ(last_move().verb, Verb::complete);
  post("/v1/groups/shop/cancel", plain);
  EXPECT_EQ(last_move().verb, Verb::cancel);
}

TEST_F(GroupsRoutesTest, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"[]", "The body must be a JSON object."},
      {"{", "The body must be a JSON object."},
      {R"({"percent":1})", "\"reason\" is missing."},
      {R"({"reason":"r"})", "Say what should change: percent, allow, deny or unlist."},
      {R"({"percent":"1","reason":"r"})", "\"percent\" must be a number from 0 to 100."},
      {R"({"percent":100.01,"reason":"r"})", "\"percent\" must be a number from 0 to 100."},
      {R"({"percent":-1,"reason":"r"})", "\"percent\" must be a number from 0 to 100."},
      {R"({"percent":1.005,"reason":"r"})", "\"percent\" must have at most two decimals."},
      {R"({"percent":1,"reason":7})", "\"reason\" must be a string."},
      {R"({"percent":1,"reason":"a\nb"})", "\"reason\" must have no control characters."},
      {R"({"percent":1,"reason":"r","budget_ms":99})",
       "\"budget_ms\" must be a whole number from 100 to 3600000."},
      {R"({"percent":1,"reason":"r","budget_ms":18446744073709551615})",
       "\"budget_ms\" must be a whole number from 100 to 3600000."},
      {R"({"percent":1,"reason":"r","verify":"all"})", "\"verify\" must be one of recent, cohort."},
      {R"({"percent":1,"reason":"r","dry_run":1})", "\"dry_run\" must be true or false."},
      {R"({"allow":["u1",""],"reason":"r"})",
       "\"allow\" must be an array of strings, none of them empty."},
      {R"({"allow":["u1"],"deny":["u1"],"reason":"r"})",
       "The subject \"u1\" stands in more than one of allow, deny and unlist."},
      {R"({"percent":1,"reason":"r","unplanned":true})",
       "The request has a member \"unplanned\" that is not known here."},
      {R"({"percent":1,"reason":"r","precent":1})",
       "The request has a member \"precent\" that is not known here."},
  };
  for (const auto& [body, sentence] : bodies) {
    EXPECT_EQ(refusal("/v1/groups/shop/ramp", body), sentence) << body;
  }
  EXPECT_EQ(refusal("/v1/groups/shop/complete", R"({"percent":1,"reason":"r"})"),
            "The request has a member \"percent\" that is not known here.");
  EXPECT_TRUE(groups_.moves.empty());
}

TEST_F(GroupsRoutesTest, ADryRunNeedsNoReason) {
  EXPECT_EQ(post("/v1/groups/shop/ramp", {{"percent", 1}, {"dry_run", true}})["outcome"],
            "planned");
}

TEST_F(GroupsRoutesTest, TakesTenThousandSubjects) {
  json body = {{"reason", "all of them"}, {"allow", json::array()}};
  for (int number = 0; number < 10'000; ++number) {
    body["allow"].push_back("user-" + std::to_string(number));
  }
  post("/v1/groups/shop/ramp", body);
  EXPECT_EQ(last_move().allow.size(), 10'000U);
}

TEST_F(GroupsRoutesTest, RenewsALease) {
  const json answer = post("/v1/groups/shop/clients/worker-1/lease",
                           json::parse(R"({"mode":"continue","lease_ms":20000,"acknowledged":6,
                               "known":7,"wait_ms":0})"));
  EXPECT_EQ(answer["lease_ms"], 20'000);
  EXPECT_EQ(answer["rules"]["version"], 7);
  ASSERT_EQ(groups_.leases.size(), 1U);
  EXPECT_EQ(groups_.leases[0].client.id, "worker-1");
  EXPECT_TRUE(groups_.leases[0].client.continues);
  EXPECT_EQ(groups_.leases[0].client.acknowledged, 6);
  EXPECT_EQ(groups_.leases[0].known, 7);
  EXPECT_EQ(groups_.leases[0].wait, Milliseconds(0));
}

TEST_F(GroupsRoutesTest, RefusesLeasesOutOfBounds) {
  for (const char* body : {R"({"lease_ms":999})", R"({"lease_ms":60001})", R"({"wait_ms":60001})",
                           R"({"mode":"maybe"})", R"({"known":-1})"}) {
    EXPECT_THAT(refusal("/v1/groups/shop/clients/w/lease", body), HasSubstr("must be")) << body;
  }
  EXPECT_THAT(refusal("/v1/groups/shop/clients/w%20x/lease", "{}"), HasSubstr("client's id"));
  EXPECT_TRUE(groups_.leases.empty());
}

TEST_F(GroupsRoutesTest, AnswersOneLongPollTooManyAtOnce) {
  Stop stop(io_.get_executor());
  groups_.stop = &stop;
  AdminRequest poll{"POST", "/v1/groups/shop/clients/w/lease", "localhost"};
  poll.body = R"({"wait_ms":60000})";
  int answered = 0;
  for (int client = 0; client < GroupsClientRoutes::kLongPolls; ++client) {
    boost::asio::co_spawn(io_, routes_.answer(poll),
                          [&](std::exception_ptr, const AdminReply&) { ++answered; });
  }
  io_.poll();
  EXPECT_EQ(run_to_end(io_, routes_.answer(poll)).status, 200);
  EXPECT_EQ(answered, 0);
  EXPECT_EQ(groups_.leases.back().wait, Milliseconds(0));
  stop.request();
  io_.run();
  EXPECT_EQ(answered, GroupsClientRoutes::kLongPolls);
}

TEST_F(GroupsRoutesTest, ForgetsAClient) {
  const AdminReply reply = ask("DELETE", "/v1/groups/shop/clients/worker%2F1", R"({"reason":"r"})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(groups_.forgotten, ElementsAre("worker/1"));
  EXPECT_EQ(ask("DELETE", "/v1/groups/carts/clients/w").status, 404);
}

TEST_F(GroupsRoutesTest, TakesShadowReads) {
  const json one = {{"link", "orders"}, {"subject", "u1"}, {"key", "{}"}, {"equal", true}};
  json other = one;
  other["equal"] = false;
  other["difference"] = "price, tags";
  EXPECT_EQ(post("/v1/groups/shop/shadow-reads", one)["taken"], 1);
  EXPECT_EQ(post("/v1/groups/shop/shadow-reads", {{"reads", {one, other}}})["taken"], 2);
  ASSERT_EQ(groups_.reads.size(), 3U);
  EXPECT_FALSE(groups_.reads[2].equal);
  EXPECT_EQ(groups_.reads[2].difference, "price, tags");
  EXPECT_EQ(refusal("/v1/groups/shop/shadow-reads", R"({"link":"orders","key":"{}"})"),
            "\"equal\" is missing.");
  json many = {{"reads", json::array()}};
  for (std::size_t read = 0; read <= kShadowReads; ++read) many["reads"].push_back(one);
  EXPECT_EQ(refusal("/v1/groups/shop/shadow-reads", many.dump()),
            "\"reads\" must have at most 100 elements.");
}

TEST_F(GroupsRoutesTest, LinksTellThePhaseOfTheirGroup) {
  LinkStatus carts;
  carts.name = "carts";
  carts.phase = "copying";
  carts.group = "shop";
  view_.links_told[0].group = "shop";
  view_.links_told.push_back(carts);
  const json links = get("/v1/links")["links"];
  EXPECT_EQ(links[0]["phase"], "ramping");
  EXPECT_EQ(links[0]["group"], "shop");
  EXPECT_EQ(links[0]["version"], 7);
  EXPECT_EQ(links[0]["percent"], 10);
  EXPECT_EQ(links[1]["phase"], "copying");
  groups_.view_told.state.phase = control::GroupPhase::defined;
  EXPECT_EQ(get("/v1/links/orders")["phase"], "synced");
}

TEST_F(GroupsRoutesTest, ShowsAndResolvesViolations) {
  EXPECT_EQ(get("/v1/violations/orders%2Fforward%2F12")["_id"], "orders/forward/12");
  const json taken = post("/v1/violations/orders%2Fforward%2F12/resolve",
                          {{"take", "mongodb"}, {"who", "anna"}, {"reason", "hers"}});
  EXPECT_EQ(taken["taken"], "mongodb");
  EXPECT_EQ(taken["id"], "orders/forward/12");
  ASSERT_EQ(view_.resolutions.size(), 1U);
  EXPECT_EQ(view_.resolutions[0].id, "orders/forward/12");
  EXPECT_EQ(view_.resolutions[0].take, Side::mongodb);
  EXPECT_EQ(view_.resolutions[0].reason, "hers");
  EXPECT_THAT(refusal("/v1/violations/x/resolve", R"({"reason":"r"})"), HasSubstr("\"take\""));
  EXPECT_THAT(refusal("/v1/violations/x/resolve", R"({"take":"both","reason":"r"})"),
              HasSubstr("one of dynamodb, mongodb"));
  EXPECT_THAT(refusal("/v1/violations/x/resolve", R"({"take":"mongodb"})"),
              HasSubstr("\"reason\""));
  const auto entries = get("/v1/audit")["entries"].size();
  post("/v1/violations/x/resolve", {{"take", "mongodb"}, {"dry_run", true}});
  EXPECT_TRUE(view_.resolutions.back().dry_run);
  EXPECT_EQ(get("/v1/audit")["entries"].size(), entries);
  view_.resolve_told = fail(Fault::conflict, "It was resolved before.");
  EXPECT_EQ(post("/v1/violations/x/resolve", {{"take", "mongodb"}, {"reason", "r"}}, 409)["detail"],
            "It was resolved before.");
}

}  // namespace
}  // namespace crossfade::sync
