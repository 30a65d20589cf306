// The formats of the control table: they outlive the version that wrote them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/control/audit_json.h"
#include "common/control/handoff_json.h"
#include "common/control/state_write.h"
#include "common/control/words.h"
#include "tests/unit/control/samples.h"

namespace crossfade::control {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// The text with one more member, and with `v` replaced.
std::string with_unknown_member(const std::string& text) {
  json changed = json::parse(text);
  changed["brand_new"] = {{"deep", 1}};
  return changed.dump();
}
std::string with_version(const std::string& text, int version) {
  json changed = json::parse(text);
  changed["v"] = version;
  return changed.dump();
}

template <class T>
T value(const Result<T>& result) {
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : T();
}

TEST(ControlJson, RulesAreWrittenAsTheyWere) {
  EXPECT_EQ(to_json(fenced_rules()), golden("rules.json"));
  EXPECT_EQ(value(rules_from_json(golden("rules.json"))), fenced_rules());
}

TEST(ControlJson, RulesWithoutAFenceHaveNoNext) {
  RuleSet rules = fenced_rules();
  rules.next.reset();
  EXPECT_FALSE(json::parse(to_json(rules)).contains("next"));
  EXPECT_EQ(value(rules_from_json(to_json(rules))), rules);
}

TEST(ControlJson, AStateIsWrittenAsItWas) {
  EXPECT_EQ(to_json(ramping_state()), golden("state.json"));
  EXPECT_EQ(value(state_from_json(golden("state.json"))), ramping_state());
}

TEST(ControlJson, ABareStateReadsBack) {
  GroupState state;
  state.rules.group = "shop";
  EXPECT_EQ(value(state_from_json(to_json(state))), state);
}

TEST(ControlJson, AJournalEntryIsWrittenAsItWas) {
  EXPECT_EQ(to_json(journaled_record()), golden("journal.json"));
  EXPECT_EQ(value(record_from_json(golden("journal.json"))), journaled_record());
}

TEST(ControlJson, ABarrierNamesTheLogOfItsPositions) {
  HandoffRecord record = journaled_record();
  record.barriers["orders"].log = "0f1e2d";
  EXPECT_THAT(to_json(record), testing::HasSubstr(R"("log":"0f1e2d")"));
  EXPECT_EQ(*record_from_json(to_json(record)), record);
}

TEST(ControlJson, AnAuditEntryIsWrittenAsItWas) {
  const AuditEntry entry = value(audit_from_json(golden("audit.json")));
  EXPECT_EQ(entry.hook_output, "told the team\n");
  EXPECT_EQ(entry.status, 200);
  EXPECT_EQ(to_json(entry), golden("audit.json"));
}

TEST(ControlJson, MembersOfTheFutureArePassedOver) {
  EXPECT_EQ(value(rules_from_json(with_unknown_member(golden("rules.json")))), fenced_rules());
  EXPECT_EQ(value(state_from_json(with_unknown_member(golden("state.json")))), ramping_state());
  EXPECT_EQ(value(record_from_json(with_unknown_member(golden("journal.json")))),
            journaled_record());
  EXPECT_TRUE(audit_from_json(with_unknown_member(golden("audit.json"))));
}

TEST(ControlJson, ANewerVersionIsRefused) {
  const auto check = [](const auto& read) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().fault, Fault::corrupt);
    EXPECT_EQ(read.error().message,
              "The control table was written by a newer version of crossfade (format 2, this one "
              "knows 1): update this one.");
  };
  check(rules_from_json(with_version(golden("rules.json"), 2)));
  check(state_from_json(with_version(golden("state.json"), 2)));
  check(record_from_json(with_version(golden("journal.json"), 2)));
  check(audit_from_json(with_version(golden("audit.json"), 2)));
  json inner = json::parse(golden("state.json"));
  inner["rules"]["v"] = 2;
  check(state_from_json(inner.dump()));
}

TEST(ControlJson, NonsenseIsRefused) {
  for (const char* odd : {"", "{}", "[]", "7", "{\"v\":1}", "{\"v\":\"1\"}"}) {
    const auto state = state_from_json(odd);
    ASSERT_FALSE(state) << odd;
    EXPECT_EQ(state.error().message,
              "The control table holds a group's state that cannot be read.");
    EXPECT_FALSE(rules_from_json(odd)) << odd;
    EXPECT_FALSE(record_from_json(odd)) << odd;
    EXPECT_FALSE(audit_from_json(odd)) << odd;
  }
}

TEST(ControlJson, UnknownWordsAreNamed) {
  json phase = json::parse(golden("state.json"));
  phase["phase"] = "dreaming";
  EXPECT_THAT(state_from_json(phase.dump()).error().message, HasSubstr("\"dreaming\""));
  json step = json::parse(golden("state.json"));
  step["handoff"]["step"] = "jumping";
  EXPECT_THAT(state_from_json(step.dump()).error().message, HasSubstr("\"jumping\""));
}

TEST(ControlJson, EveryWordReadsBack) {
  for (const char* word : {"defined", "synced", "proving", "ramping", "switched", "rolled-back",
                           "completed", "cancelled"}) {
    EXPECT_EQ(to_string(value(phase_of(word))), word);
  }
  for (const char* word :
       {"fencing", "draining", "verifying", "holding", "journaled", "releasing", "undoing"}) {
    EXPECT_EQ(to_string(value(step_of(word))), word);
  }
}

TEST(ControlJson, TheSaltStandsOnceForAllRules) {
  const std::string text = to_json(ramping_state());
  const std::size_t first = text.find("shop-4f");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("shop-4f", first + 1), std::string::npos);
}

TEST(ControlJson, OnlyTheNewestHistoryIsKept) {
  GroupState state = ramping_state();
  state.history.clear();
  for (int i = 0; i < 30; ++i) state.history.push_back({i, "step", "ann", ""});
  const auto kept = value(state_from_json(to_json(state))).history;
  ASSERT_EQ(kept.size(), GroupState::kHistory);
  EXPECT_EQ(kept.front().at_ms, 10);
  EXPECT_EQ(kept.back().at_ms, 29);
}

TEST(ControlJson, WhatIsNotUtf8DoesNotBreakAState) {
  GroupState state = ramping_state();
  state.handoff->reason = "caf\xe9";
  EXPECT_EQ(value(state_from_json(to_json(state))).handoff->reason, "caf\xef\xbf\xbd");
}

TEST(ControlJson, LongTextsOfAnAuditEntryAreCut) {
  AuditEntry entry = value(audit_from_json(golden("audit.json")));
  entry.hook_output = std::string(1U << 20, 'x');
  entry.what = entry.hook_output;
  const AuditEntry stored = value(audit_from_json(to_json(entry)));
  EXPECT_EQ(stored.hook_output, std::string(AuditEntry::kMostText, 'x'));
  EXPECT_EQ(stored.what, stored.hook_output);
}

// ---- long lists

struct Move {
  std::string what;
  AuthorityRule from;
  AuthorityRule to;
};

void PrintTo(const Move& move, std::ostream* out) {
  *out << move.what;
}

class LongLists : public testing::TestWithParam<Move> {};

/// 10,000 subjects of 20 bytes, whatever is done with them, at every step of the hand-off.
TEST_P(LongLists, FitWhileTheirHandOffIsUnderWay) {
  GroupState state = fenced(GetParam().from, GetParam().to);
  EXPECT_EQ(value(state_from_json(to_json(state))), state);
  EXPECT_LE(to_json(state).size(), kMostBytes);
  EXPECT_EQ(value(rules_from_json(to_json(state.rules))), state.rules);
  EXPECT_EQ(value(record_from_json(to_json(*state.handoff))), *state.handoff);
  EXPECT_LE(to_json(*state.handoff).size(), kMostBytes);

  state.rules.rule = GetParam().to;
  state.rules.next.reset();
  state.stranded = state.handoff;
  EXPECT_EQ(value(state_from_json(to_json(state))), state);
  EXPECT_LE(to_json(state).size(), kMostBytes);
}

INSTANTIATE_TEST_SUITE_P(
    Moves, LongLists,
    testing::Values(
        Move{"all allowed at once", rule(0), rule(0, long_list(10'000))},
        Move{"all taken off", rule(50, long_list(10'000)), rule(0)},
        Move{"a percentage beside them", rule(1, long_list(10'000)), rule(50, long_list(10'000))},
        Move{"one more", rule(1, long_list(9'999)), rule(1, long_list(10'000))},
        Move{"one less", rule(1, long_list(10'000)), rule(1, long_list(9'999))},
        Move{"some exchanged", rule(1, long_list(8'000)), rule(1, long_list(8'000, 2'000))},
        Move{"some denied instead", rule(1, long_list(10'000)),
             rule(1, long_list(8'000), long_list(2'000, 8'000))}));

TEST(ControlJson, ALongListOfNextSaysWhatChanges) {
  RuleSet rules{"shop", 7, 3, rule(1, long_list(200)), rule(1, long_list(200, 1))};
  const json next = json::parse(to_json(rules))["next"];
  EXPECT_EQ(next["allow"], json::parse(R"({"add":["subject-000000000200"],
                                           "remove":["subject-000000000000"]})"));
  EXPECT_EQ(next["deny"], json::array());
}

TEST(ControlJson, ShortListsStayPlain) {
  RuleSet rules{"shop", 7, 3, rule(1, long_list(kPlainList)), rule(1, long_list(kPlainList))};
  EXPECT_TRUE(json::parse(to_json(rules))["next"]["allow"].is_array());
}

}  // namespace
}  // namespace crossfade::control
