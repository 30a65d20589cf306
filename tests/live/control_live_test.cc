// The control table on the DynamoDB that CROSSFADE_DYNAMODB_ENDPOINT names (DynamoDB Local), seen
// through a second client as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/control/control_table.h"
#include "tests/fakes/run_task.h"
#include "tests/unit/control/samples.h"

namespace crossfade::control {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class LiveControl : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(variable("CROSSFADE_DYNAMODB_ENDPOINT"), "")
        << "start the engines first: deploy/local/engines.sh start";
    client = make();
    other_client = make();
    table = std::make_unique<ControlTable>(*client, "Control-" + random.id());
    other = std::make_unique<ControlTable>(*other_client, table->name());
    const auto created = run(table->create());
    ASSERT_TRUE(created) << created.error().message;
    ASSERT_TRUE(*created);
  }

  std::unique_ptr<dynamo::Client> make() {
    dynamo::ClientOptions options;
    options.endpoint = variable("CROSSFADE_DYNAMODB_ENDPOINT");
    options.region = "us-east-1";
    dynamo::Environment own = dynamo::Environment::system();
    own.variable = [keys = access_key](const std::string& name) -> std::string {
      if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return keys;
      return "";
    };
    auto made = dynamo::Client::create(options, own, {io.get_executor(), pool, clock, random, log});
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io, std::move(task));
  }

  GroupState read(ControlTable& from) {
    const auto state = run(from.read("shop"));
    EXPECT_TRUE(state && *state) << (state ? "nothing is stored" : state.error().message);
    return state && *state ? **state : GroupState();
  }

  /// An item as it lies in the table.
  json item(const std::string& sk) {
    const std::string key = json{{"pk", {{"S", "group/shop"}}}, {"sk", {{"S", sk}}}}.dump();
    const auto answer = run(other_client->get_item(table->name(), key, true));
    EXPECT_TRUE(answer) << answer.error().message;
    return json::parse(*answer).value("Item", json());
  }

  boost::asio::io_context io;
  ThreadPool pool{1};
  SystemClock clock;
  Random random = Random::from_system();
  Log log;
  std::string access_key = "live" + random.id().substr(0, 12);
  std::unique_ptr<dynamo::Client> client;
  std::unique_ptr<dynamo::Client> other_client;
  std::unique_ptr<ControlTable> table;
  std::unique_ptr<ControlTable> other;
};

TEST_F(LiveControl, CreatingItAgainChangesNothing) {
  const auto again = run(other->create());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(*again);
  EXPECT_TRUE(run(table->check()));
}

TEST_F(LiveControl, ATableThatIsNotThereNamesInit) {
  ControlTable nowhere(*client, "Nowhere");
  const auto checked = run(nowhere.check());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().fault, Fault::not_found);
  EXPECT_THAT(checked.error().message, ::testing::HasSubstr("crossfade init"));
  GroupState state = ramping_state();
  EXPECT_EQ(run(nowhere.replace(state, true, false)).error().fault, Fault::not_found);
}

TEST_F(LiveControl, AnotherReadsWhatOneHasWritten) {
  EXPECT_EQ(*run(other->read("shop")), std::nullopt);
  GroupState state = ramping_state();
  ASSERT_TRUE(run(table->replace(state, false, false)));
  EXPECT_EQ(state.revision, 1);
  EXPECT_EQ(read(*other), state);
  state.phase = GroupPhase::switched;
  ASSERT_TRUE(run(table->replace(state, false, false)));
  EXPECT_EQ(state.revision, 2);
  EXPECT_EQ(read(*other), state);
}

TEST_F(LiveControl, OfTwoWritersOneIsStale) {
  GroupState mine = ramping_state();
  ASSERT_TRUE(run(table->replace(mine, false, false)));
  GroupState theirs = read(*other);
  theirs.owner = "host-2/1";
  ASSERT_TRUE(run(other->replace(theirs, false, false)));
  mine.phase = GroupPhase::switched;
  for (const bool versioned : {false, true}) {
    const auto late = run(table->replace(mine, versioned, versioned));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().fault, Fault::stale);
  }
  EXPECT_EQ(read(*table), theirs);
  EXPECT_TRUE(item("rules/0000000000000000007").is_null()) << "all of it or nothing";
}

TEST_F(LiveControl, TwoWritersThatBeginAGroupAreOne) {
  GroupState mine = ramping_state();
  GroupState theirs = ramping_state();
  theirs.owner = "host-2/1";
  ASSERT_TRUE(run(table->replace(mine, true, false)));
  EXPECT_EQ(run(other->replace(theirs, true, false)).error().fault, Fault::stale);
}

TEST_F(LiveControl, WritingTheSameOnceMoreIsDone) {
  GroupState state = ramping_state();
  GroupState again = state;
  ASSERT_TRUE(run(table->replace(state, true, true)));
  ASSERT_TRUE(run(table->replace(again, true, true)));
  EXPECT_EQ(again, state);
  GroupState once = state;
  GroupState twice = state;
  ASSERT_TRUE(run(table->replace(once, false, false)));
  ASSERT_TRUE(run(table->replace(twice, false, false)));
  EXPECT_EQ(twice.revision, 2);
}

TEST_F(LiveControl, ATransactionThatRanAlreadyIsKnownByItsStateToo) {
  GroupState state = ramping_state();
  GroupState again = state;
  ASSERT_TRUE(run(table->replace(state, true, true)));
  again.rules = state.rules;
  const auto repeated = run(other->replace(again, true, false));
  ASSERT_TRUE(repeated) << repeated.error().message;
  EXPECT_EQ(again.revision, 1);
}

TEST_F(LiveControl, RulesAndJournalAreThereAfterATransaction) {
  GroupState state = ramping_state();
  ASSERT_TRUE(run(table->replace(state, true, true)));
  const json rules = item("rules/0000000000000000007");
  EXPECT_EQ(rules["doc"]["S"], to_json(state.rules));
  EXPECT_EQ(rules["who"]["S"], "ann");
  EXPECT_EQ(rules["why"]["S"], "second step");
  const json journal =
      json::parse(item("journal/0000000000000000003")["doc"]["S"].get<std::string>());
  EXPECT_EQ(journal["id"], "h-9");
  EXPECT_EQ(journal["barriers"]["carts"], json::parse(R"({"forward":90,"backward":12})"));
  EXPECT_EQ(item("state")["rev"]["N"], "1");
}

TEST_F(LiveControl, ANumberOfRulesIsNeverUsedTwice) {
  GroupState state = ramping_state();
  ASSERT_TRUE(run(table->replace(state, true, false)));
  state.phase = GroupPhase::switched;
  const auto again = run(table->replace(state, true, false));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::corrupt);
  EXPECT_EQ(read(*table).phase, GroupPhase::ramping);
}

TEST_F(LiveControl, TenThousandSubjectsByListAreFencedAndMoved) {
  GroupState state = fenced(rule(1), rule(1, long_list(10'000)));
  const auto fence = run(table->replace(state, true, true));
  ASSERT_TRUE(fence) << fence.error().message;
  EXPECT_EQ(read(*other), state);
  state = fenced(rule(1, long_list(10'000)), rule(50, long_list(10'000, 1)));
  state.revision = 1;
  state.rules.version = 8;
  ASSERT_TRUE(run(table->replace(state, true, false)));
  EXPECT_EQ(read(*other), state);
  const auto served = rules_from_json(item("rules/0000000000000000008")["doc"]["S"]);
  ASSERT_TRUE(served) << served.error().message;
  EXPECT_EQ(*served, state.rules);
}

TEST_F(LiveControl, ClientsAreSharedWithTheApplication) {
  const ClientRecord web{
      .id = "web-1", .continues = true, .lease_ms = 5'000, .acknowledged = 7, .seen_ms = 1'000};
  ASSERT_TRUE(run(table->put_client("shop", web)));
  ASSERT_TRUE(run(table->put_client("other", web)));
  ClientRecord behind = web;
  behind.continues = false;
  behind.acknowledged = 3;
  behind.seen_ms = 2'000;
  ASSERT_TRUE(run(other->put_client("shop", behind)));
  const auto clients = run(table->clients("shop"));
  ASSERT_TRUE(clients) << clients.error().message;
  ASSERT_EQ(clients->size(), 1U);
  EXPECT_EQ(clients->front().id, "web-1");
  EXPECT_FALSE(clients->front().continues);
  EXPECT_EQ(clients->front().acknowledged, 7);
  EXPECT_EQ(clients->front().seen_ms, 2'000);

  ASSERT_TRUE(run(table->forget_client("shop", "web-1", 1'999)));
  EXPECT_EQ(run(table->clients("shop"))->size(), 1U);
  ASSERT_TRUE(run(table->forget_client("shop", "web-1", 2'000)));
  EXPECT_EQ(run(table->clients("shop"))->size(), 0U);
  ASSERT_TRUE(run(table->forget_client("shop", "web-1")));
  EXPECT_EQ(run(table->clients("other"))->size(), 1U);
}

TEST_F(LiveControl, AnAuditKeyIsTakenOnce) {
  AuditEntry entry{.id = "key-1", .group = "shop", .at_ms = 5, .who = "ann", .what = "ramp"};
  ASSERT_TRUE(run(table->begin_audit(entry)));
  EXPECT_EQ(run(other->begin_audit(entry)).error().fault, Fault::duplicate_key);
  entry.status = 200;
  entry.result = "Done.";
  entry.answer = R"({"kind":"done"})";
  ASSERT_TRUE(run(table->end_audit(entry)));
  const auto read = run(other->audit_entry("shop", "key-1"));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->answer, entry.answer);
  EXPECT_EQ((*read)->status, 200);
  AuditEntry never{.id = "never", .group = "shop"};
  EXPECT_EQ(run(table->end_audit(never)).error().fault, Fault::not_found);
}

/// So many bytes that they come in several pages of 1 MB.
TEST_F(LiveControl, TheNewestCallsAreListedFirst) {
  for (int i = 1; i <= 12; ++i) {
    const AuditEntry entry{.id = random.id(),
                           .group = "shop",
                           .at_ms = i * 1'000,
                           .answer = std::string(200'000, 'x')};
    ASSERT_TRUE(run(table->begin_audit(entry)));
  }
  const auto entries = run(other->audit("shop", 3));
  ASSERT_TRUE(entries) << entries.error().message;
  std::vector<std::int64_t> times;
  for (const AuditEntry& entry : *entries) times.push_back(entry.at_ms);
  EXPECT_THAT(times, ElementsAre(12'000, 11'000, 10'000));
}

}  // namespace
}  // namespace crossfade::control
