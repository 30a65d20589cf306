#include "rollout/handoff_state.h"

#include <gtest/gtest.h>

namespace crossfade::rollout {
namespace {

using control::GroupPhase;
using control::GroupState;
using control::HandoffRecord;
using control::HandoffStep;
using Kind = Found::Kind;

GroupState group() {
  GroupState state;
  state.rules.group = "shop";
  state.rules.version = 7;
  state.rules.epoch = 3;
  state.rules.rule.percent = 10;
  state.rules.rule.salt = "salt";
  state.next_version = 9;
  state.phase = GroupPhase::ramping;
  state.owner = "process";
  return state;
}

HandoffRecord to_half() {
  HandoffRecord record;
  record.id = "h1";
  record.verb = "ramp";
  record.who = "anna";
  record.to = group().rules.rule;
  record.to.percent = 50;
  return record;
}

GroupState fenced() {
  return with_fence(group(), to_half(), 1'000);
}

GroupState journaled() {
  return with_journal(with_step(fenced(), HandoffStep::holding, 3'000), {{"orders", {11, 12}}});
}

TEST(HandoffState, TheFenceTakesAVersionAndKeepsTheRule) {
  const GroupState state = fenced();
  EXPECT_EQ(state.rules.version, 9);
  EXPECT_EQ(state.next_version, 10);
  EXPECT_EQ(state.rules.epoch, 3);
  EXPECT_EQ(state.rules.rule.percent, 10);
  ASSERT_TRUE(state.rules.next);
  EXPECT_EQ(state.rules.next->percent, 50);
  ASSERT_TRUE(state.handoff);
  EXPECT_EQ(state.handoff->step, HandoffStep::fencing);
  EXPECT_EQ(state.handoff->from, group().rules.rule);
  EXPECT_EQ(state.handoff->fence_version, 9);
  EXPECT_EQ(state.handoff->fence_ms, 1'000);
}

TEST(HandoffState, AStepChangesNeitherRulesNorVersions) {
  GroupState state = with_step(fenced(), HandoffStep::draining, 2'000);
  EXPECT_EQ(state.handoff->step, HandoffStep::draining);
  EXPECT_EQ(state.handoff->fence_ms, 2'000);
  state = with_step(state, HandoffStep::verifying, 3'000);
  EXPECT_EQ(state.handoff->fence_ms, 2'000);
  EXPECT_EQ(state.rules, fenced().rules);
  EXPECT_EQ(state.next_version, 10);
}

TEST(HandoffState, TheFlipMovesAuthorityUnderANewVersionAndEpoch) {
  const GroupState state = with_flip(journaled(), 5'000, 4);
  EXPECT_EQ(state.rules.version, 10);
  EXPECT_EQ(state.next_version, 11);
  EXPECT_EQ(state.rules.epoch, 4);
  EXPECT_EQ(state.rules.rule.percent, 50);
  EXPECT_FALSE(state.rules.next);
  EXPECT_EQ(state.handoff->step, HandoffStep::releasing);
  EXPECT_EQ(state.handoff->barriers.at("orders").backward, 12);
  EXPECT_EQ(state.violations_at_last_step, 4);
  EXPECT_EQ(state.phase, GroupPhase::ramping);
  ASSERT_EQ(state.history.size(), 1U);
  EXPECT_EQ(state.history[0].what, "The ramp from 10 % to 50 % took effect.");
  EXPECT_EQ(state.history[0].who, "anna");
  const GroupState ended = with_end(state);
  EXPECT_FALSE(ended.handoff);
  EXPECT_FALSE(ended.stranded);
  EXPECT_EQ(ended.rules, state.rules);
}

TEST(HandoffState, AnUndoneOneLeavesTheRuleUnderANewVersion) {
  const GroupState state = with_undo(fenced(), 2'000, "The budget was spent.");
  EXPECT_EQ(state.rules.version, 10);
  EXPECT_EQ(state.next_version, 11);
  EXPECT_EQ(state.rules.epoch, 3);
  EXPECT_EQ(state.rules.rule, group().rules.rule);
  EXPECT_FALSE(state.rules.next);
  EXPECT_FALSE(state.handoff);
  ASSERT_EQ(state.history.size(), 1U);
  EXPECT_EQ(state.history[0].what, "The ramp from 10 % to 50 % was undone. The budget was spent.");
}

TEST(HandoffState, AnUndoWithoutAFenceStillTakesAVersion) {
  const GroupState state = with_undo(group(), 2'000, "");
  EXPECT_EQ(state.rules.version, 9);
  EXPECT_EQ(state.rules.rule, group().rules.rule);
  EXPECT_TRUE(state.history.empty());
}

TEST(HandoffState, AnUnplannedOneLeavesAStrandedRange) {
  HandoffRecord record = to_half();
  record.unplanned = true;
  record.to.percent = 5;
  GroupState state = with_fence(group(), record, 1'000);
  state = with_end(with_flip(with_journal(state, {{"orders", {1, 2}}}), 2'000, 0));
  ASSERT_TRUE(state.stranded);
  EXPECT_EQ(state.stranded->barriers.at("orders").backward, 2);
  EXPECT_FALSE(state.handoff);

  record.id = "h2";
  record.to.percent = 0;
  state = with_fence(state, record, 3'000);
  state = with_end(with_flip(with_journal(state, {{"orders", {1, 9}}}), 4'000, 0));
  ASSERT_TRUE(state.stranded);
  EXPECT_EQ(state.stranded->from.percent, 10);
  EXPECT_EQ(state.stranded->to.percent, 0);
  EXPECT_EQ(state.stranded->barriers.at("orders").backward, 2);
  EXPECT_EQ(state.stranded->fence_ms, 1'000);
}

TEST(HandoffState, TheHistoryKeepsTheNewest) {
  GroupState state = group();
  for (int i = 0; i < 30; ++i)
    state = with_undo(with_fence(state, to_half(), i), i, std::to_string(i));
  ASSERT_EQ(state.history.size(), GroupState::kHistory);
  EXPECT_EQ(state.history.front().at_ms, 10);
  EXPECT_EQ(state.history.back().at_ms, 29);
}

TEST(HandoffState, WhatIsFoundTellsHowFarItCame) {
  const HandoffRecord ours = *fenced().handoff;
  const auto kind = [&](const GroupState& stored) {
    return found_in(stored, ours, "process").kind;
  };
  EXPECT_EQ(kind(group()), Kind::untouched);
  EXPECT_EQ(kind(with_undo(group(), 0, "")), Kind::undone);
  EXPECT_EQ(kind(with_undo(fenced(), 0, "")), Kind::undone);
  EXPECT_EQ(kind(with_end(with_flip(journaled(), 0, 0))), Kind::moved);
  EXPECT_EQ(kind(journaled()), Kind::under_way);
  EXPECT_EQ(found_in(journaled(), ours, "process").step, HandoffStep::journaled);
}

TEST(HandoffState, AnotherOwnerOrAnotherHandoffHasTakenOver) {
  const HandoffRecord ours = *fenced().handoff;
  EXPECT_EQ(found_in(fenced(), ours, "other").kind, Kind::taken_over);
  GroupState state = fenced();
  state.handoff->id = "h2";
  EXPECT_EQ(found_in(state, ours, "process").kind, Kind::taken_over);
}

TEST(HandoffState, ADescriptionCountsTheLists) {
  HandoffRecord record = *fenced().handoff;
  record.to.allow = {"a", "b"};
  record.to.deny = {"c"};
  EXPECT_EQ(describe(record), "ramp from 10 % to 50 %, 2 subjects allowed, 1 subjects denied");
  record.unplanned = true;
  record.to = record.from;
  EXPECT_EQ(describe(record), "unplanned ramp from 10 % to 10 %");
}

}  // namespace
}  // namespace crossfade::rollout
