#include <gtest/gtest.h>

#include "rollout/guards.h"

namespace crossfade::rollout {
namespace {

using control::GroupPhase;

constexpr Verb kVerbs[] = {Verb::ramp,    Verb::rollback, Verb::rollback_unplanned,
                           Verb::recover, Verb::complete, Verb::cancel};

struct Stage {
  GroupPhase phase;
  double percent = 0;
  std::set<std::string, std::less<>> allow;
  std::set<std::string, std::less<>> deny;
  bool stranded = false;
};

GroupFacts at(const Stage& stage) {
  GroupFacts facts;
  facts.state.phase = stage.phase;
  facts.state.rules.rule.percent = stage.percent;
  facts.state.rules.rule.allow = stage.allow;
  facts.state.rules.rule.deny = stage.deny;
  if (stage.stranded) facts.state.stranded.emplace();
  return facts;
}

std::string refused(Verb verb, const GroupFacts& facts) {
  return refusal({verb, facts.state.rules.rule}, facts);
}

/// The begin of the sentence for each verb in the order of kVerbs; empty: it may be considered.
struct Case {
  Stage stage;
  std::array<std::string, 6> sentences;
};

const std::string kNotSynced = "Not every link";
const std::string kNothing = "No subject is on MongoDB";
const std::string kNotStranded = "No unplanned rollback awaits";
const std::string kStranded = "What MongoDB had";
const std::string kCompleted = "The move is completed";
const std::string kCancelled = "The move was cancelled";

const Case kCases[] = {
    {{GroupPhase::defined}, {kNotSynced, kNotSynced, kNotSynced, kNotStranded, kNotSynced, ""}},
    {{GroupPhase::synced}, {"", kNothing, kNothing, kNotStranded, "0 % of the subjects", ""}},
    {{GroupPhase::proving}, {"", kNothing, kNothing, kNotStranded, "0 % of the subjects", ""}},
    {{GroupPhase::ramping, 10},
     {"", "", "", kNotStranded, "10 % of the subjects", "10 % of the subjects and 0 allowed"}},
    {{GroupPhase::ramping, 0, {"u1", "u2"}},
     {"", "", "", kNotStranded, "0 % of the subjects", "0 % of the subjects and 2 allowed"}},
    {{GroupPhase::ramping, 0, {"u1"}, {"u1"}},
     {"", kNothing, kNothing, kNotStranded, "0 % of the subjects", ""}},
    {{GroupPhase::ramping, 100, {}, {"u1"}},
     {"", "", "", kNotStranded, "1 subjects are denied", "100 % of the subjects"}},
    {{GroupPhase::switched, 100}, {"", "", "", kNotStranded, "", "100 % of the subjects"}},
    {{GroupPhase::rolled_back}, {"", kNothing, kNothing, kNotStranded, "0 % of the subjects", ""}},
    {{GroupPhase::ramping, 5, {}, {}, true}, {kStranded, kStranded, "", "", kStranded, kStranded}},
    {{GroupPhase::rolled_back, 0, {}, {}, true},
     {kStranded, kStranded, kNothing, "", kStranded, kStranded}},
    {{GroupPhase::completed, 100},
     {kCompleted, kCompleted, kCompleted, kNotStranded, kCompleted, kCompleted}},
    {{GroupPhase::cancelled},
     {kCancelled, kCancelled, kCancelled, kNotStranded, kCancelled, kCancelled}},
};

TEST(Phases, EachVerbIsRefusedWithOneSentenceOrMayBeConsidered) {
  for (const Case& one : kCases) {
    for (std::size_t i = 0; i < std::size(kVerbs); ++i) {
      const std::string sentence = refused(kVerbs[i], at(one.stage));
      const std::string where = std::string(to_string(one.stage.phase)) + " " +
                                std::string(to_string(kVerbs[i])) + ": " + sentence;
      EXPECT_EQ(sentence.empty(), one.sentences[i].empty()) << where;
      EXPECT_TRUE(sentence.starts_with(one.sentences[i])) << where;
    }
  }
}

TEST(Phases, ASecondOperatorHearsOfTheFirst) {
  GroupFacts facts = at({GroupPhase::ramping, 10});
  facts.state.handoff.emplace();
  facts.state.handoff->verb = "ramp";
  facts.state.handoff->who = "anna";
  for (const Verb verb : kVerbs) {
    EXPECT_EQ(
        refused(verb, facts),
        "A ramp by anna is under way (step fencing): wait until it has ended, `crossfade why` "
        "tells.");
  }
}

TEST(Phases, AfterAHandoffTheRuleDecides) {
  const auto after = [](const Stage& stage) {
    return phase_after(at(stage).state.rules.rule, stage.phase);
  };
  EXPECT_EQ(after({GroupPhase::proving, 1}), GroupPhase::ramping);
  EXPECT_EQ(after({GroupPhase::proving, 0, {"u1"}}), GroupPhase::ramping);
  EXPECT_EQ(after({GroupPhase::proving, 0, {}, {"u1"}}), GroupPhase::proving);
  EXPECT_EQ(after({GroupPhase::proving, 0, {"u1"}, {"u1"}}), GroupPhase::proving);
  EXPECT_EQ(after({GroupPhase::ramping, 100}), GroupPhase::switched);
  EXPECT_EQ(after({GroupPhase::ramping, 100, {}, {"u1"}}), GroupPhase::ramping);
  EXPECT_EQ(after({GroupPhase::ramping, 0}), GroupPhase::rolled_back);
  EXPECT_EQ(after({GroupPhase::switched, 50}), GroupPhase::ramping);
  EXPECT_EQ(after({GroupPhase::switched, 0}), GroupPhase::rolled_back);
  EXPECT_EQ(after({GroupPhase::rolled_back, 1}), GroupPhase::ramping);
}

GroupFacts with_links(const Stage& stage, bool synced, bool proving) {
  GroupFacts facts = at(stage);
  facts.now_ms = 1'000;
  facts.links.resize(2);
  for (LinkFacts& link : facts.links) {
    link.synced = synced;
    link.proving = proving;
  }
  return facts;
}

TEST(Advance, AGroupIsSyncedWhenAllItsLinksAre) {
  GroupFacts facts = with_links({GroupPhase::defined}, true, false);
  facts.links[1].synced = false;
  EXPECT_FALSE(advanced(facts));
  facts.links[1].synced = true;
  ASSERT_TRUE(advanced(facts));
  EXPECT_EQ(advanced(facts)->phase, GroupPhase::synced);
  EXPECT_EQ(advanced(facts)->clean_since_ms, 0);
}

TEST(Advance, ItIsProvingWhenAllItsLinksCompare) {
  GroupFacts facts = with_links({GroupPhase::synced}, true, true);
  facts.links[0].proving = false;
  EXPECT_FALSE(advanced(facts));
  facts.links[0].proving = true;
  const auto next = advanced(facts);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->phase, GroupPhase::proving);
  EXPECT_EQ(next->clean_since_ms, 1'000);
  facts.state = *next;
  EXPECT_FALSE(advanced(facts));
}

TEST(Advance, ProvingGoesOnWhateverHasMoved) {
  const GroupFacts facts = with_links({GroupPhase::ramping, 10}, true, true);
  const auto next = advanced(facts);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->phase, GroupPhase::ramping);
  EXPECT_EQ(next->clean_since_ms, 1'000);
}

TEST(Advance, AMismatchBeginsTheCleanTimeAnewAndIsToldOnce) {
  GroupFacts facts = with_links({GroupPhase::proving}, true, true);
  facts.state.clean_since_ms = 500;
  facts.links[1].mismatch_ms = 700;
  const auto next = advanced(facts);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->clean_since_ms, 700);
  EXPECT_EQ(next->history.size(), 1U);
  facts.state = *next;
  EXPECT_FALSE(advanced(facts));
  facts.links[1].mismatch_ms = 900;
  ASSERT_TRUE(advanced(facts));
  EXPECT_EQ(advanced(facts)->clean_since_ms, 900);
  EXPECT_EQ(advanced(facts)->history.size(), 1U);
}

TEST(Advance, NothingHappensByItselfInAHandoffOrWhenTheMoveIsOver) {
  GroupFacts facts = with_links({GroupPhase::synced}, true, true);
  facts.state.handoff.emplace();
  EXPECT_FALSE(advanced(facts));
  EXPECT_FALSE(advanced(with_links({GroupPhase::completed, 100}, true, true)));
  EXPECT_FALSE(advanced(with_links({GroupPhase::cancelled}, true, true)));
}

}  // namespace
}  // namespace crossfade::rollout
