#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/sync/cli_fixture.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using rollout::Verb;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = rollout::MoveAnswer::Kind;

const std::string kAtRisk =
    "  at risk on MongoDB, link orders:\n"
    "    last change applied to DynamoDB   2026-01-01T00:00:00Z\n"
    "    captured and not yet applied      1,234, applied from the log first\n"
    "    nothing could be read since       2026-01-01T00:00:02Z; what was written there later is "
    "at "
    "risk until `crossfade recover`\n";

class GroupsCliTest : public CliWithService {
 protected:
  GroupsCliTest() {
    told([](FakeGroups& groups) {
      rollout::MoveAnswer answer;
      answer.sentence = "50 % of the subjects are on MongoDB.";
      answer.rules = groups.view_told.state.rules;
      answer.steps = {"fence the moving subjects"};
      groups.move_told = answer;
    });
  }

  void answers(Kind kind, const std::string& sentence) {
    told([&](FakeGroups& groups) {
      groups.move_told->kind = kind;
      groups.move_told->sentence = sentence;
    });
  }
  rollout::MoveRequest last_move() {
    rollout::MoveRequest request;
    told([&](FakeGroups& groups) { request = groups.moves.back().request; });
    return request;
  }
  std::size_t moves() {
    std::size_t count = 0;
    told([&](FakeGroups& groups) { count = groups.moves.size(); });
    return count;
  }
};

TEST_F(GroupsCliTest, RampsByEveryOption) {
  const std::string list = testing::TempDir() + "crossfade_subjects";
  std::ofstream(list) << "u7\nu8\r\n\n";
  EXPECT_EQ(
      call_with_config({"rollout",  "ramp",   "--to",         "12.25",       "--allow",  "u5",
                        "--allow",  "u6",     "--deny",       "u9",          "--unlist", "u1",
                        "--group",  "shop",   "--allow-file", list,          "--budget", "30s",
                        "--verify", "cohort", "--override",   "clean_hours", "--who",    "bob",
                        "--reason", "more"}),
      0)
      << err();
  const rollout::MoveRequest request = last_move();
  EXPECT_EQ(request.verb, Verb::ramp);
  EXPECT_EQ(request.percent, 12.25);
  EXPECT_THAT(request.allow, ElementsAre("u5", "u6", "u7", "u8"));
  EXPECT_THAT(request.deny, ElementsAre("u9"));
  EXPECT_THAT(request.unlist, ElementsAre("u1"));
  EXPECT_EQ(request.budget_ms, 30'000);
  EXPECT_EQ(request.verify, rollout::VerifyScope::cohort);
  EXPECT_THAT(request.overrides, ElementsAre("clean_hours"));
  EXPECT_EQ(request.who, "bob");
  EXPECT_EQ(request.reason, "more");
  EXPECT_FALSE(request.dry_run);
  EXPECT_THAT(out(), StartsWith("50 % of the subjects are on MongoDB.\n"));
  EXPECT_THAT(out(), HasSubstr("version 7, epoch 3, 10 % on MongoDB, 2 allowed, 1 denied"));
  std::remove(list.c_str());
}

TEST_F(GroupsCliTest, SaysEveryVerb) {
  const std::vector<std::pair<std::vector<std::string>, Verb>> verbs = {
      {{"rollback", "--reason", "r"}, Verb::rollback},
      {{"recover", "--reason", "r"}, Verb::recover},
      {{"complete", "--reason", "r"}, Verb::complete},
      {{"cancel", "--reason", "r"}, Verb::cancel},
  };
  for (const auto& [arguments, verb] : verbs) {
    EXPECT_EQ(call_with_config(arguments), 0) << err();
    EXPECT_EQ(last_move().verb, verb);
    EXPECT_EQ(last_move().who, "anna@desk");
    EXPECT_EQ(last_move().percent, std::nullopt);
  }
  EXPECT_EQ(call_with_config({"rollback", "--subject", "u1", "--subject", "u2", "--reason", "r"}),
            0);
  EXPECT_THAT(last_move().deny, ElementsAre("u1", "u2"));
  EXPECT_EQ(call_with_config({"rollback", "--to", "5", "--reason", "r", "--json"}), 0);
  EXPECT_EQ(last_move().percent, 5);
  EXPECT_EQ(json::parse(out())["outcome"], "done");
}

TEST_F(GroupsCliTest, EndsWithTheCodeOfTheOutcome) {
  const std::vector<std::pair<Kind, int>> codes = {
      {Kind::done, 0},   {Kind::planned, 0},    {Kind::unmet, 2},
      {Kind::undone, 3}, {Kind::completing, 4}, {Kind::refused, 5},
  };
  const std::vector<std::string> ramp = {"rollout", "ramp", "--to", "50", "--reason", "r"};
  for (const auto& [kind, code] : codes) {
    answers(kind, "So it is.");
    EXPECT_EQ(call_with_config(ramp), code);
    EXPECT_EQ(err(), code == 0 ? "" : "crossfade: So it is.\n");
    std::vector<std::string> as_json = ramp;
    as_json.push_back("--json");
    EXPECT_EQ(call_with_config(as_json), code);
    EXPECT_EQ(json::parse(out())["sentence"], "So it is.");
    EXPECT_EQ(err(), "");
  }
  told([](FakeGroups& groups) {
    groups.move_told = fail(Fault::unavailable, "The control table does not answer.");
  });
  EXPECT_EQ(call_with_config(ramp), 1);
  EXPECT_EQ(err(), "crossfade: The control table does not answer.\n");
  told(
      [](FakeGroups& groups) { groups.move_told = fail(Fault::stale, "Another process has it."); });
  EXPECT_EQ(call_with_config(ramp), 5);
}

TEST_F(GroupsCliTest, ShowsTheGuardsThatStandInTheWay) {
  answers(Kind::unmet, "Two guards are unmet.");
  told([](FakeGroups& groups) { groups.move_told->guards = {lag_guard(), clean_guard()}; });
  EXPECT_EQ(call_with_config({"rollout", "ramp", "--to", "50", "--reason", "r"}), 2);
  EXPECT_THAT(out(), HasSubstr("UNMET  backward_lag           3.1 s, limit 2.0 s\n"));
  EXPECT_THAT(out(), HasSubstr("MongoDB's changes are 3.1 s behind"));
  EXPECT_THAT(out(), HasSubstr("UNMET  clean_hours            2.5 hours, limit 24 hours\n"));
  EXPECT_THAT(out(), HasSubstr("--override clean_hours"));
}

TEST_F(GroupsCliTest, ADryRunNeedsNoReason) {
  EXPECT_EQ(call_with_config({"rollout", "ramp", "--to", "50", "--dry-run"}), 0) << err();
  EXPECT_TRUE(last_move().dry_run);
  EXPECT_THAT(out(), HasSubstr("  - fence the moving subjects\n"));
  EXPECT_EQ(call_with_config({"rollout", "ramp", "--to", "50"}), 1);
  EXPECT_EQ(err(), "crossfade: --reason is required; see crossfade --help\n");
}

TEST_F(GroupsCliTest, AnUnplannedRollbackSaysFirstWhatIsAtRisk) {
  answers(Kind::done, "Every subject is on DynamoDB.");
  told([](FakeGroups& groups) { groups.move_told->at_risk = {risk_of_orders()}; });
  EXPECT_EQ(call_with_config({"rollback", "--unplanned", "--reason", "it burns"}), 0);
  EXPECT_EQ(moves(), 2U);
  told([](FakeGroups& groups) { EXPECT_TRUE(groups.moves[0].request.dry_run); });
  EXPECT_FALSE(last_move().dry_run);
  EXPECT_EQ(last_move().verb, Verb::rollback_unplanned);
  EXPECT_THAT(err(), HasSubstr("  - fence the moving subjects\n"));
  EXPECT_THAT(err(), HasSubstr(kAtRisk));
  EXPECT_THAT(out(), StartsWith("Every subject is on DynamoDB.\n"));
}

TEST_F(GroupsCliTest, WhatIsNotKnownOfTheRiskIsSaidToo) {
  told([](FakeGroups& groups) { groups.move_told->at_risk = {{.link = "orders"}}; });
  EXPECT_EQ(call_with_config({"rollback", "--unplanned", "--dry-run"}), 0);
  EXPECT_EQ(moves(), 1U);
  EXPECT_THAT(out(), HasSubstr("last change applied to DynamoDB   none since the service began\n"
                               "    captured and not yet applied      0\n"
                               "    nothing could be read since       a time that is not known;"));
}

TEST_F(GroupsCliTest, AScriptGetsTheRiskInTheOneAnswer) {
  told([](FakeGroups& groups) { groups.move_told->at_risk = {risk_of_orders()}; });
  EXPECT_EQ(call_with_config({"rollback", "--unplanned", "--reason", "it burns", "--json"}), 0);
  EXPECT_EQ(moves(), 1U);
  EXPECT_EQ(err(), "");
  EXPECT_EQ(json::parse(out())["at_risk"]["links"][0]["waiting"], 1'234);
}

TEST_F(GroupsCliTest, NeedsNoGroupWhereThereIsOne) {
  told([](FakeGroups& groups) { groups.names_told = {"shop", "carts"}; });
  EXPECT_EQ(call_with_config({"why"}), 1);
  EXPECT_EQ(err(), "crossfade: the service has 2 groups (shop, carts): say which by --group\n");
  EXPECT_EQ(call_with_config({"why", "--group", "carts"}), 0);
  EXPECT_EQ(call_with_config({"why", "--group", "users"}), 1);
  EXPECT_EQ(err(), "crossfade: There is no group \"users\".\n");
  told([](FakeGroups& groups) { groups.names_told = {}; });
  EXPECT_EQ(call_with_config({"next"}), 1);
  EXPECT_THAT(err(), HasSubstr("has no group"));
}

TEST_F(GroupsCliTest, TellsWhatMayBeDone) {
  told([](FakeGroups& groups) {
    groups.next_told = {{Verb::ramp, "", {clean_guard()}},
                        {Verb::rollback, "", {}},
                        {Verb::cancel, "Subjects are on MongoDB.", {}}};
  });
  EXPECT_EQ(call_with_config({"next"}), 0);
  EXPECT_THAT(out(), StartsWith("shop: ramping\n"));
  EXPECT_THAT(out(), HasSubstr("  ramp                 guards are unmet:\n    UNMET  clean_hours"));
  EXPECT_THAT(out(), HasSubstr("  rollback             may be done\n"));
  EXPECT_THAT(out(), HasSubstr("  cancel               not now: Subjects are on MongoDB.\n"));
  EXPECT_EQ(call_with_config({"next", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["verbs"][1]["allowed"], true);
}

TEST_F(GroupsCliTest, TellsWhy) {
  told([](FakeGroups& groups) {
    groups.view_told.state.handoff = ramp_under_way(control::HandoffStep::draining);
  });
  EXPECT_EQ(call_with_config({"why"}), 0);
  EXPECT_THAT(out(), HasSubstr("is at step \"draining\""));
  EXPECT_THAT(out(), HasSubstr("under way: ramp h1, step draining, since 2026-01-01T00:00:00Z by "
                               "anna@desk: the next half\n"));
  EXPECT_THAT(out(), HasSubstr("2026-01-01T00:00:00Z  10 % of the subjects are on MongoDB. by "
                               "anna@desk: first\n"));
}

TEST_F(GroupsCliTest, ShowsRulesVersionsAndClients) {
  told([](FakeGroups& groups) {
    groups.versions_told = {
        {groups.view_told.state.rules, 1'767'225'600'000, "anna@desk", "first"}};
    groups.clients_told = {{"worker-1", false, 10'000, 7, 1'767'225'600'000}};
  });
  EXPECT_EQ(call_with_config({"rollout", "rules"}), 0);
  EXPECT_EQ(out(),
            "shop: version 7, epoch 3, salt shop-4f\n"
            "  10 % on MongoDB\n"
            "    allow \"u1\" \"u2\"\n"
            "    deny \"u3\"\n");
  EXPECT_EQ(call_with_config({"rollout", "versions", "--limit", "3"}), 0);
  EXPECT_EQ(out(),
            "shop:\n"
            "       7  2026-01-01T00:00:00Z  10 % on MongoDB, 2 allowed, 1 denied by anna@desk: "
            "first\n");
  told([](FakeGroups& groups) { EXPECT_EQ(groups.versions_limit, 3); });
  EXPECT_EQ(call_with_config({"rollout", "clients"}), 0);
  EXPECT_EQ(out(),
            "shop: 1 clients\n"
            "  worker-1                 refuse   acknowledged 7, lease 10.0 s, last stored "
            "2026-01-01T00:00:00Z\n");
  EXPECT_EQ(call_with_config({"rollout", "clients", "--forget", "worker-1", "--dry-run"}), 0);
  EXPECT_THAT(out(), HasSubstr("Nothing was done: nobody would wait for worker-1 any more."));
  told([](FakeGroups& groups) { EXPECT_THAT(groups.forgotten, testing::IsEmpty()); });
  EXPECT_EQ(call_with_config({"rollout", "clients", "--forget", "w2", "--dry-run"}), 0);
  EXPECT_THAT(out(), HasSubstr("Nothing was done: no client w2 is known."));
  EXPECT_EQ(call_with_config({"rollout", "clients", "--forget", "worker-1"}), 0) << err();
  told([](FakeGroups& groups) { EXPECT_THAT(groups.forgotten, ElementsAre("worker-1")); });
}

TEST_F(GroupsCliTest, ShowsTheAudit) {
  EXPECT_EQ(call_with_config({"rollback", "--reason", "it is slow"}), 0) << err();
  EXPECT_EQ(call_with_config({"audit"}), 0);
  EXPECT_THAT(out(), StartsWith("shop:\n"));
  EXPECT_THAT(out(), HasSubstr("rollback --budget 5s by anna@desk from 127.0.0.1: it is slow\n"
                               "      done: 50 % of the subjects are on MongoDB.\n"));
  EXPECT_EQ(call_with_config({"violations", "resolve", "x", "--take", "mongodb", "--reason", "r"}),
            0);
  told([](FakeGroups& groups) { groups.names_told = {}; });
  EXPECT_EQ(call_with_config({"audit"}), 0);
  EXPECT_THAT(out(), StartsWith("links without a group:\n"));
  EXPECT_THAT(out(), HasSubstr("violations resolve x --take mongodb by anna@desk"));
}

TEST_F(GroupsCliTest, ShowsAndResolvesViolations) {
  EXPECT_EQ(call_with_config({"violations", "show", "orders/forward/1"}), 0);
  EXPECT_EQ(out(), "{\n  \"_id\": \"orders/forward/1\",\n  \"link\": \"\"\n}\n");
  EXPECT_EQ(call_with_config({"violations", "resolve", "orders/forward/1", "--take", "mongodb",
                              "--reason", "hers"}),
            0)
      << err();
  EXPECT_EQ(out(), "The image of one side holds.\n");
  EXPECT_EQ(call_with_config({"violations", "resolve", "x", "--take", "mongodb"}), 1);
  EXPECT_EQ(err(), "crossfade: --reason is required; see crossfade --help\n");
  EXPECT_EQ(call_with_config({"violations", "resolve", "x", "--take", "mongodb", "--dry-run"}), 0);
  told([](FakeView& view) {
    ASSERT_EQ(view.resolutions.size(), 2U);
    EXPECT_FALSE(view.resolutions[0].dry_run);
    EXPECT_TRUE(view.resolutions[1].dry_run);
    EXPECT_EQ(view.resolutions[0].id, "orders/forward/1");
    EXPECT_EQ(view.resolutions[0].take, Side::mongodb);
    EXPECT_EQ(view.resolutions[0].who, "anna@desk");
    view.resolve_told = fail(Fault::conflict, "It was resolved before.");
  });
  EXPECT_EQ(call_with_config({"violations", "resolve", "x", "--take", "mongodb", "--reason", "r"}),
            5);
  EXPECT_EQ(err(), "crossfade: It was resolved before.\n");
}

TEST_F(GroupsCliTest, RefusesWhatItDoesNotUnderstand) {
  const std::map<std::string, std::vector<std::string>> calls = {
      {"--to: 101 is no percentage from 0 to 100", {"rollout", "ramp", "--to", "101"}},
      {"--budget: \"5\" is no duration such as 5s", {"rollback", "--budget", "5"}},
      {"--verify: all not in {recent,cohort}", {"rollback", "--verify", "all"}},
      {"--take is required", {"violations", "resolve", "x", "--reason", "r"}},
      {"A subcommand is required", {"rollout"}},
  };
  for (const auto& [sentence, arguments] : calls) {
    EXPECT_EQ(call(arguments), 1);
    EXPECT_EQ(err(), "crossfade: " + sentence + "; see crossfade --help\n");
  }
  EXPECT_EQ(call_with_config({"rollout", "ramp", "--allow-file", "/nowhere", "--reason", "r"}), 1);
  EXPECT_EQ(err(), "crossfade: cannot read the subjects in /nowhere\n");
}

}  // namespace
}  // namespace crossfade::sync
