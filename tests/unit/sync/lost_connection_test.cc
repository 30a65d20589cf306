// What the command line does when the service's answer to a verb does not come.
#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "tests/fakes/http_server.h"
#include "tests/unit/sync/cli_fixture.h"

namespace crossfade::sync {
namespace {

using fakes::Received;
using fakes::Reply;
using nlohmann::json;
using testing::HasSubstr;

class LostConnectionTest : public CliTest {
 protected:
  LostConnectionTest() {
    configure(service_.port());
    looks_ = 100;
    service_.serve([this](const Received& request) { return reply_to(request); });
  }

  int ramp(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"rollout", "ramp", "--to",     "50",
                                          "--group", "shop", "--reason", "r"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return call_with_config(arguments);
  }
  static Reply told(int status, const json& body) {
    return {.status = status, .headers = {}, .body = body.dump()};
  }
  static Reply lost() { return {.act = Reply::Act::close, .headers = {}, .body = {}}; }
  static Reply done() { return told(200, {{"outcome", "done"}, {"sentence", "It is done."}}); }
  static Reply busy(const std::string& outcome) {
    return told(409, {{"outcome", outcome}, {"detail", "Not now."}});
  }
  std::vector<Received> posts() const {
    std::vector<Received> out;
    for (const Received& request : service_.received()) {
      if (request.method == "POST") out.push_back(request);
    }
    return out;
  }

  fakes::HttpServer service_;
  std::vector<Reply> answers_;  ///< to the verb, in turn; the last one for ever
  json group_ = {{"handoff", nullptr}};

 private:
  Reply reply_to(const Received& request) {
    if (request.method == "GET") return told(200, group_);
    const Reply next = answers_.front();
    if (answers_.size() > 1) answers_.erase(answers_.begin());
    return next;
  }
};

TEST_F(LostConnectionTest, AsksAgainUnderTheSameKey) {
  answers_ = {lost(), lost(), done()};
  EXPECT_EQ(ramp(), 0) << err();
  EXPECT_THAT(err(), HasSubstr("asking again under the same key (1 of 5)"));
  EXPECT_THAT(err(), HasSubstr("asking again under the same key (2 of 5)"));
  EXPECT_THAT(err(), HasSubstr("crossfade why"));
  EXPECT_THAT(out(), testing::StartsWith("It is done.\n"));
  ASSERT_EQ(posts().size(), 3U);
  for (const Received& post : posts()) {
    EXPECT_EQ(post.header("idempotency-key"), "key-1");
    EXPECT_EQ(post.body, posts()[0].body);
  }
}

TEST_F(LostConnectionTest, WaitsForTheCallThatStillRuns) {
  answers_ = {lost(), busy("running"), busy("running"), done()};
  EXPECT_EQ(ramp(), 0) << err();
  EXPECT_EQ(posts().size(), 4U);
}

TEST_F(LostConnectionTest, EndsWithFourWhenTheJournalIsWritten) {
  answers_ = {lost()};
  group_["handoff"] = {{"past_journal", true}};
  EXPECT_EQ(ramp(), 4);
  EXPECT_EQ(posts().size(), 6U);
  EXPECT_THAT(err(), HasSubstr("the journal is written"));
}

TEST_F(LostConnectionTest, EndsWithOneWhenItIsNot) {
  answers_ = {lost()};
  group_["handoff"] = {{"past_journal", false}};
  EXPECT_EQ(ramp(), 1);
  EXPECT_THAT(err(), HasSubstr("it is not known what came of it; \"crossfade why\" tells"));
  group_ = "nothing that it knows";
  EXPECT_EQ(ramp({"--json"}), 1);
  EXPECT_THAT(json::parse(out())["error"].get<std::string>(), HasSubstr("crossfade why"));
}

TEST_F(LostConnectionTest, ARestartedServiceDoesNotRunItAgain) {
  answers_ = {lost(), busy("unknown")};
  group_["handoff"] = {{"past_journal", true}};
  EXPECT_EQ(ramp(), 4);
  EXPECT_EQ(posts().size(), 2U);
}

TEST_F(LostConnectionTest, AServiceThatWasNeverThereIsSaidAtOnce) {
  configure(1);
  EXPECT_EQ(ramp(), 1);
  EXPECT_EQ(
      err(),
      "crossfade: No crossfade service answers at 127.0.0.1:1; start one with \"crossfade run "
      "--config F\".\n");
}

TEST_F(LostConnectionTest, ShowsOnATerminalHowAVerbGoes) {
  Reply slow = done();
  slow.delay = std::chrono::milliseconds(3'000);
  answers_ = {slow};
  group_["handoff"] = {{"step", "draining"}, {"past_journal", false}};
  EXPECT_EQ(ramp(), 0);
  EXPECT_EQ(err(), "");
  terminal_ = true;
  EXPECT_EQ(ramp(), 0);
  EXPECT_EQ(err(), "  draining ...\n");
}

}  // namespace
}  // namespace crossfade::sync
