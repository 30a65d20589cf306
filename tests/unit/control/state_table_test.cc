// Reading and replacing a group's state: what is sent, and what each answer means.
#include <nlohmann/json.hpp>

#include "common/control/handoff_json.h"
#include "tests/unit/control/table_fixture.h"

namespace crossfade::control {
namespace {

using ::testing::HasSubstr;

/// The item as the table holds it after `state` was written as revision `revision`.
json stored(const GroupState& state, std::int64_t revision) {
  return {{"pk", {{"S", "group/shop"}}},
          {"sk", {{"S", "state"}}},
          {"doc", {{"S", to_json(state)}}},
          {"rev", {{"N", std::to_string(revision)}}}};
}

json in_the_way(const json& item) {
  return item.is_null() ? json::object() : json{{"Item", item}};
}

Reply condition_failed(const json& item) {
  return refusal("ConditionalCheckFailedException", in_the_way(item));
}

/// A cancelled transaction: the code of each part, and the item that stood in the first one's way.
Reply cancelled(const std::vector<std::string>& codes, const json& item) {
  json reasons = json::array();
  for (const std::string& code : codes) reasons.push_back({{"Code", code}});
  reasons[0].update(in_the_way(item));
  return refusal("TransactionCanceledException", {{"CancellationReasons", reasons}});
}

class StateTable : public TableTest {
 protected:
  StateTable() { state.revision = 4; }

  Result<void> replace() { return run(table.replace(state, false, false)); }
  Result<void> replace_all() { return run(table.replace(state, true, true)); }

  GroupState state = ramping_state();
};

// ---- read

TEST_F(StateTable, ReadsStronglyAndWithTheRevision) {
  server.serve({answer({{"Item", stored(state, 12)}})});
  const auto read = run(table.read("shop"));
  ASSERT_TRUE(read) << read.error().message;
  state.revision = 12;
  EXPECT_EQ(*read, state);
  EXPECT_EQ(sent(0), json::parse(R"({"TableName":"ctl","ConsistentRead":true,
                                     "Key":{"pk":{"S":"group/shop"},"sk":{"S":"state"}}})"));
}

TEST_F(StateTable, AGroupThatIsNotStoredYetIsNoError) {
  server.serve({answer(json::object())});
  const auto read = run(table.read("shop"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, std::nullopt);
}

// ---- the journal

TEST_F(StateTable, TheLastHandoffIsTheEntryOfTheEpochThatItEnded) {
  const HandoffRecord record = *state.handoff;
  server.serve({answer({{"Item", {{"doc", {{"S", to_json(record)}}}}}}), answer(json::object())});
  const auto read = run(table.last_handoff("shop", 4));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, record);
  EXPECT_EQ(sent(0)["Key"]["sk"]["S"], "journal/0000000000000000003");
  EXPECT_EQ(*run(table.last_handoff("shop", 1)), std::nullopt);
}

// ---- errors

TEST_F(StateTable, AMissingTableNamesInit) {
  server.serve({refusal("ResourceNotFoundException")});
  const std::string sentence =
      "There is no control table ctl: create it with `crossfade init`, or check control.table, the "
      "region and the account.";
  EXPECT_EQ(run(table.read("shop")).error().message, sentence);
  EXPECT_EQ(replace().error().message, sentence);
  EXPECT_EQ(replace_all().error().message, sentence);
  EXPECT_EQ(run(table.check()).error().message, sentence);
  EXPECT_EQ(run(table.clients("shop")).error().message, sentence);
  EXPECT_EQ(run(table.audit("shop", 1)).error().message, sentence);
}

// ---- replace, the state alone

TEST_F(StateTable, ReplacesUnderItsRevision) {
  server.serve({answer(json::object())});
  ASSERT_TRUE(replace());
  EXPECT_EQ(state.revision, 5);
  EXPECT_EQ(operation(0), "PutItem");
  EXPECT_EQ(sent(0)["Item"], stored(state, 5));
  EXPECT_EQ(sent(0)["ConditionExpression"], "#r = :r");
  EXPECT_EQ(sent(0)["ExpressionAttributeNames"], json::parse(R"({"#r":"rev"})"));
  EXPECT_EQ(sent(0)["ExpressionAttributeValues"], json::parse(R"({":r":{"N":"4"}})"));
}

TEST_F(StateTable, TheFirstOneMustNotBeThere) {
  state.revision = 0;
  server.serve({answer(json::object())});
  ASSERT_TRUE(replace());
  EXPECT_EQ(state.revision, 1);
  EXPECT_EQ(sent(0)["ConditionExpression"], "attribute_not_exists(#p)");
  EXPECT_FALSE(sent(0).contains("ExpressionAttributeValues"));
}

TEST_F(StateTable, AnotherWriterMakesItStale) {
  GroupState other = state;
  other.owner = "host-2/1";
  server.serve({condition_failed(stored(other, 5))});
  const auto replaced = replace();
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().fault, Fault::stale);
  EXPECT_EQ(replaced.error().message,
            "Another process has changed the state of group \"shop\" meanwhile.");
  EXPECT_FALSE(replaced.error().outcome_unknown);
  EXPECT_EQ(state.revision, 4);
}

TEST_F(StateTable, TheSameContentUnderAnotherRevisionIsStale) {
  server.serve({condition_failed(stored(state, 9))});
  EXPECT_EQ(replace().error().fault, Fault::stale);
}

TEST_F(StateTable, AStateThatWasRemovedIsStale) {
  server.serve({condition_failed(nullptr)});
  EXPECT_EQ(replace().error().fault, Fault::stale);
}

TEST_F(StateTable, OurOwnWriteWithALostReplyIsDone) {
  server.serve({lost(), condition_failed(stored(state, 5))});
  const auto replaced = replace();
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(state.revision, 5);
  EXPECT_EQ(count(), 2U);
}

TEST_F(StateTable, WhatCannotBeKnownIsSaid) {
  options.max_attempts = 1;
  client = make_client(server.url());
  ControlTable impatient(*client, "ctl");
  server.serve({lost()});
  const auto replaced = run(impatient.replace(state, false, false));
  ASSERT_FALSE(replaced);
  EXPECT_TRUE(replaced.error().outcome_unknown);
  EXPECT_NE(replaced.error().fault, Fault::stale);
  EXPECT_EQ(state.revision, 4);
}

// ---- replace, with rules and journal

TEST_F(StateTable, RulesAndJournalGoInOneTransaction) {
  server.serve({answer(json::object())});
  ASSERT_TRUE(replace_all());
  EXPECT_EQ(state.revision, 5);
  EXPECT_EQ(operation(0), "TransactWriteItems");
  const json items = sent(0)["TransactItems"];
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0]["Put"]["Item"], stored(state, 5));
  EXPECT_EQ(items[0]["Put"]["ConditionExpression"], "#r = :r");
  const json rules = items[1]["Put"];
  EXPECT_EQ(rules["Item"], (json{{"pk", {{"S", "group/shop"}}},
                                 {"sk", {{"S", "rules/0000000000000000007"}}},
                                 {"doc", {{"S", golden("rules.json")}}},
                                 {"who", {{"S", "ann"}}},
                                 {"why", {{"S", "second step"}}},
                                 {"at", {{"N", "1767225600040"}}}}));
  EXPECT_EQ(rules["ConditionExpression"], "attribute_not_exists(#p)");
  const json journal = items[2]["Put"];
  EXPECT_EQ(journal["Item"], (json{{"pk", {{"S", "group/shop"}}},
                                   {"sk", {{"S", "journal/0000000000000000003"}}},
                                   {"doc", {{"S", golden("journal.json")}}}}));
  EXPECT_EQ(journal["ConditionExpression"], "attribute_not_exists(#p)");
}

TEST_F(StateTable, RulesOutsideAHandOffNameTheLastTransition) {
  state.handoff.reset();
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.replace(state, true, false)));
  const json items = sent(0)["TransactItems"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1]["Put"]["Item"]["why"]["S"], "first step");
  EXPECT_EQ(items[1]["Put"]["Item"]["at"]["N"], "1767225600000");
}

TEST_F(StateTable, ARepetitionHasTheSameToken) {
  server.serve({lost(), answer(json::object())});
  ASSERT_TRUE(replace_all());
  ASSERT_EQ(count(), 2U);
  const std::string token = sent(0)["ClientRequestToken"];
  EXPECT_EQ(token.size(), 32U);
  EXPECT_EQ(sent(1)["ClientRequestToken"], token);
  ASSERT_TRUE(replace_all());
  EXPECT_NE(sent(2)["ClientRequestToken"], token) << "another revision is another write";
}

TEST_F(StateTable, AnotherWriterMakesTheTransactionStale) {
  GroupState other = state;
  other.owner = "host-2/1";
  server.serve({cancelled({"ConditionalCheckFailed", "None", "None"}, stored(other, 5))});
  EXPECT_EQ(replace_all().error().fault, Fault::stale);
  EXPECT_EQ(state.revision, 4);
}

TEST_F(StateTable, OurOwnTransactionWithALostReplyIsDone) {
  server.serve({lost(), cancelled({"ConditionalCheckFailed", "ConditionalCheckFailed", "None"},
                                  stored(state, 5))});
  const auto replaced = replace_all();
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(state.revision, 5);
}

TEST_F(StateTable, ANumberThatIsTakenIsNoOtherWriter) {
  server.serve({cancelled({"None", "ConditionalCheckFailed", "None"}, nullptr)});
  const auto replaced = replace_all();
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().fault, Fault::corrupt);
  EXPECT_THAT(replaced.error().message, HasSubstr("was its state removed by hand?"));
}

// ---- size

TEST_F(StateTable, ListsThatAreTooLongAreRefusedBeforeAnythingIsSent) {
  state.handoff.reset();
  state.rules.rule.allow = long_list(16'000);
  const auto replaced = replace();
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().fault, Fault::invalid);
  EXPECT_THAT(replaced.error().message,
              HasSubstr("and the control table holds 358400: its lists of subjects are too long, "
                        "use a percentage."));
  EXPECT_FALSE(replace_all());
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(state.revision, 4);
}

TEST_F(StateTable, TenThousandSubjectsOfTwentyBytesAreFencedInOneTransaction) {
  state = fenced(rule(1), rule(1, long_list(10'000)));
  server.serve({answer(json::object())});
  const auto replaced = replace_all();
  ASSERT_TRUE(replaced) << replaced.error().message;
  const json request = sent(0);
  for (const json& item : request.at("TransactItems")) {
    EXPECT_LE(item["Put"]["Item"]["doc"]["S"].get<std::string>().size(), 350U << 10);
  }
}

}  // namespace
}  // namespace crossfade::control
