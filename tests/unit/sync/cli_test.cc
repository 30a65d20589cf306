#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/version.h"
#include "tests/unit/sync/cli_fixture.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(CliTest, TellsItsVersion) {
  EXPECT_EQ(call({"version"}), 0);
  EXPECT_EQ(out(), "crossfade " + version() + "\n");
  EXPECT_EQ(call({"version", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["version"], version());
}

TEST_F(CliTest, ExplainsItself) {
  EXPECT_EQ(call({"--help"}), 0);
  for (const char* part :
       {"run", "check", "status", "wait", "map", "violations", "deadletters", "CROSSFADE_CONFIG",
        "Exit codes: 0 done", "3 when the time ran out", "5 when the"}) {
    EXPECT_THAT(out(), HasSubstr(part));
  }
  EXPECT_EQ(call({"wait", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("--until"));
}

TEST_F(CliTest, SaysWhatIsWrongWithACommandInOneSentence) {
  const std::map<std::string, std::vector<std::string>> calls = {
      {"say what to do: run, check, init, status, wait, map, rollout, rollback, recover, complete, "
       "cancel, next, why, audit, violations, deadletters or version",
       {}},
      {"--link is required", {"wait", "--until", "synced"}},
      {"--until is required", {"wait", "--link", "a"}},
      {"--until: later not in {copied,synced,drained}",
       {"wait", "--link", "a", "--until", "later"}},
      {"--timeout: \"60\" is no duration such as 60s",
       {"wait", "--link", "a", "--until", "synced", "--timeout", "60"}},
      {"--to: sql not in {mongodb,dynamodb}", {"map", "--link", "a", "--to", "sql"}},
      {"--limit: Value 0 not in range 1 to 1000", {"violations", "list", "--limit", "0"}},
  };
  for (const auto& [sentence, arguments] : calls) {
    EXPECT_EQ(call(arguments), 1);
    EXPECT_EQ(err(), "crossfade: " + sentence + "; see crossfade --help\n");
  }
  EXPECT_EQ(call({"dance"}), 1);
  EXPECT_THAT(err(), StartsWith("crossfade: "));
  EXPECT_THAT(err(), EndsWith("; see crossfade --help\n"));
  EXPECT_EQ(call({"status", "--json", "--frob"}), 1);
  EXPECT_THAT(json::parse(out())["error"], HasSubstr("--frob"));
  EXPECT_EQ(err(), "");
}

TEST_F(CliTest, RunsTheService) {
  EXPECT_EQ(call_with_config({"run"}), 7);
  EXPECT_EQ(ran_, "orders");
  EXPECT_FALSE(options_.resume);
  EXPECT_FALSE(options_.into_existing);
  variables_["CROSSFADE_CONFIG"] = file_;
  EXPECT_EQ(call({"run", "--resume", "--into-existing"}), 7);
  EXPECT_TRUE(options_.resume);
  EXPECT_TRUE(options_.into_existing);
  variables_["CROSSFADE_CONFIG"] = "/nowhere";
  EXPECT_EQ(call({"run", "--config", file_}), 7);
}

TEST_F(CliTest, NeedsAConfiguration) {
  for (const char* verb : {"run", "check"}) {
    EXPECT_EQ(call({verb}), 1);
    EXPECT_EQ(err(), "crossfade: no configuration: give --config F or set CROSSFADE_CONFIG\n");
  }
  EXPECT_EQ(call({"check", "--config", "/nowhere/c.yaml", "--json"}), 1);
  EXPECT_EQ(json::parse(out())["error"],
            "cannot read the configuration /nowhere/c.yaml: No such file or directory");
}

TEST_F(CliTest, ChecksAndFailsWhenOneThingIsNotWell) {
  checks_ = {{"mongodb", true, "replica set rs0"}, {"orders: table", true, "Orders is active"}};
  EXPECT_EQ(call_with_config({"check"}), 0);
  EXPECT_EQ(out(),
            "ok      mongodb        replica set rs0\n"
            "ok      orders: table  Orders is active\n");
  checks_[1].ok = false;
  EXPECT_EQ(call_with_config({"check"}), 1);
  EXPECT_THAT(out(), HasSubstr("FAILED  orders: table"));
  EXPECT_EQ(call_with_config({"check", "--json"}), 1);
  EXPECT_EQ(json::parse(out()), json::parse(R"({"ok":false,"checks":[
      {"name":"mongodb","ok":true,"text":"replica set rs0"},
      {"name":"orders: table","ok":false,"text":"Orders is active"}]})"));
}

TEST_F(CliTest, PrintsTheWholeConfigurationWithoutSecrets) {
  EXPECT_EQ(call_with_config({"check", "--config-only"}), 0);
  EXPECT_THAT(out(), HasSubstr("uri: mongodb://***@h\n"));
  EXPECT_THAT(out(), testing::Not(HasSubstr("hunter2")));
  EXPECT_EQ(call_with_config({"check", "--config-only", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["ok"], true);
}

TEST_F(CliTest, CreatesTheControlTable) {
  EXPECT_EQ(call_with_config({"init"}), 0);
  EXPECT_EQ(out(), "The control table crossfade-control is created.\n");
  made_ = ControlTableMade{"crossfade-control", false};
  EXPECT_EQ(call_with_config({"init", "--json"}), 0);
  EXPECT_EQ(out(), "{\"table\":\"crossfade-control\",\"created\":false}\n");
  made_ = ControlTableMade{"crossfade-control", false, true, "aws dynamodb create-table x"};
  EXPECT_EQ(call_with_config({"init", "--dry-run"}), 0);
  EXPECT_EQ(out(),
            "Nothing was done: the control table crossfade-control would be created, as by\n"
            "  aws dynamodb create-table x\n");
  EXPECT_EQ(call_with_config({"init", "--dry-run", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["by_hand"], "aws dynamodb create-table x");
  made_ = fail(Fault::forbidden, "The account may not; run \"aws dynamodb create-table\".");
  EXPECT_EQ(call_with_config({"init"}), 1);
  EXPECT_THAT(err(), HasSubstr("run \"aws dynamodb create-table\""));
}

TEST_F(CliTest, Maps) {
  input_ = "{\"pk\":{\"S\":\"a\"}}\n";
  EXPECT_EQ(call_with_config({"map", "--link", "orders", "--to", "mongodb"}), 0);
  EXPECT_THAT(out(), StartsWith("{ \"_id\" : \"a\""));
  input_ = "{}\n";
  EXPECT_EQ(call_with_config({"map", "--link", "orders", "--to", "dynamodb"}), 1);
  EXPECT_THAT(out(), StartsWith("{\"error\":"));
  EXPECT_EQ(call_with_config({"map", "--link", "carts", "--to", "mongodb"}), 1);
  EXPECT_EQ(err(), "crossfade: there is no link \"carts\" in the configuration\n");
}

TEST_F(CliTest, SaysThatNoServiceAnswers) {
  const std::vector<std::vector<std::string>> calls = {{"status"},
                                                       {"wait", "--link", "a", "--until", "synced"},
                                                       {"violations", "list"},
                                                       {"violations", "show", "x"},
                                                       {"why"},
                                                       {"rollback", "--reason", "r"},
                                                       {"deadletters", "list"}};
  for (const auto& arguments : calls) {
    EXPECT_EQ(call_with_config(arguments), 1);
    EXPECT_EQ(err(),
              "crossfade: No crossfade service answers at 127.0.0.1:1; start one with \"crossfade "
              "run --config F\".\n");
  }
  EXPECT_EQ(call_with_config({"status", "--json"}), 1);
  EXPECT_THAT(json::parse(out())["error"], StartsWith("No crossfade service answers at"));
}

TEST_F(CliWithService, ShowsStatus) {
  EXPECT_EQ(call_with_config({"status"}), 0);
  EXPECT_THAT(out(), StartsWith("orders: synced  (Orders <-> shop.orders)\n"));
  EXPECT_EQ(call_with_config({"status", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["links"][0]["forward"]["behind"], 34);
}

TEST_F(CliWithService, WatchesStatus) {
  looks_ = 3;
  EXPECT_EQ(call_with_config({"status", "--watch"}), 0);
  EXPECT_THAT(out(), testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(out(), HasSubstr("applied/s"));
  terminal_ = true;
  looks_ = 2;
  EXPECT_EQ(call_with_config({"status", "--watch"}), 0);
  EXPECT_THAT(out(), StartsWith("\x1b[H\x1b[2J"));
  looks_ = 2;
  EXPECT_EQ(call_with_config({"status", "--watch", "--json"}), 0);
  EXPECT_EQ(std::ranges::count(out(), '\n'), 2);
}

TEST_F(CliWithService, Waits) {
  const std::vector<std::string> wait = {"wait", "--link", "orders", "--until", "drained"};
  EXPECT_EQ(call_with_config(wait), 0);
  EXPECT_EQ(out(), "orders is drained.\n");
  told([](FakeView& view) { view.wait_told = fail(Fault::transient, "2 changes still wait."); });
  EXPECT_EQ(call_with_config(wait), 3);
  EXPECT_EQ(err(), "crossfade: 2 changes still wait.\n");
  told([](FakeView& view) { view.wait_told = fail(Fault::stopped, "The stream is gone."); });
  EXPECT_EQ(call_with_config(wait), 5);
  told([](FakeView& view) { view.wait_told = fail(Fault::not_found, "There is no link."); });
  EXPECT_EQ(call_with_config(wait), 1);
  told([](FakeView& view) {
    view.wait_told = Result<void>();
    EXPECT_EQ(view.waits.back().limit, Milliseconds(60'000));
  });
  EXPECT_EQ(
      call_with_config({"wait", "--link", "a b", "--until", "copied", "--timeout", "5m", "--json"}),
      0);
  EXPECT_EQ(json::parse(out())["link"], "a b");
  told([](FakeView& view) { EXPECT_EQ(view.waits.back().limit, Milliseconds(300'000)); });
}

TEST_F(CliWithService, ListsWhatWasSetAside) {
  EXPECT_EQ(call_with_config({"violations", "list", "--link", "orders", "--limit", "2"}), 0);
  EXPECT_EQ(std::ranges::count(out(), '\n'), 3);
  EXPECT_THAT(out(), EndsWith("2 shown\n"));
  EXPECT_EQ(call_with_config({"deadletters", "list", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["deadletters"].size(), 3U);
  EXPECT_EQ(call_with_config({"violations", "list", "--link", "unknown"}), 1);
  EXPECT_EQ(err(), "crossfade: There is no link \"unknown\".\n");
}

}  // namespace
}  // namespace crossfade::sync
