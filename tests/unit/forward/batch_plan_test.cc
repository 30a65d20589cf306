#include "forward/batch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::forward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Step::Kind;

Change change_of(ChangeKind kind, const std::string& key, const std::string& image = "",
                 std::int64_t at_ms = 0) {
  Change out;
  out.kind = kind;
  out.key = {key};
  out.image = image;
  out.source_time_ms = at_ms;
  return out;
}

Change put(const std::string& key, const std::string& image = "", std::int64_t at_ms = 0) {
  return change_of(ChangeKind::put, key, image, at_ms);
}
Change removal(const std::string& key) {
  return change_of(ChangeKind::remove, key);
}
Change restore(const std::string& key) {
  return change_of(ChangeKind::restore, key);
}
Change rejected(const std::string& key) {
  return change_of(ChangeKind::rejected, key);
}

/// MongoDB owns the keys that begin with "m".
Side owner(const Key& key) {
  return key.bson.starts_with("m") ? Side::mongodb : Side::dynamodb;
}

class BatchPlanTest : public testing::Test {
 protected:
  void add(Change change) { planner.add(std::move(change), next_++); }
  /// "put a@3" for each step.
  std::vector<std::string> steps() {
    static const std::vector<std::string> names{"put",       "remove",    "restore", "violation",
                                                "straggler", "hand over", "dead"};
    std::vector<std::string> out;
    plan = planner.finish();
    for (const Step& step : plan.steps) {
      out.push_back(names[static_cast<std::size_t>(step.kind)] + " " + step.change.key.bson + "@" +
                    std::to_string(step.position));
    }
    return out;
  }

  BatchPlanner planner{judge_by(owner), 0};
  BatchPlan plan;

 private:
  eventlog::Position next_ = 0;
};

TEST_F(BatchPlanTest, IsEmptyAtFirstAndAfterItIsFinished) {
  EXPECT_TRUE(planner.empty());
  add(put("a"));
  EXPECT_FALSE(planner.empty());
  EXPECT_THAT(steps(), ElementsAre("put a@0"));
  EXPECT_TRUE(planner.empty());
  EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(BatchPlanTest, RemovalsComeFirstAndElseTheOrderIsKept) {
  add(put("d"));
  add(removal("c"));
  add(put("b"));
  add(removal("a"));
  EXPECT_THAT(steps(), ElementsAre("remove c@1", "remove a@3", "put d@0", "put b@2"));
}

TEST_F(BatchPlanTest, ARemovedKeyThatCameBackIsOnlyPut) {
  add(removal("a"));
  add(put("a"));
  add(removal("b"));
  EXPECT_THAT(steps(), ElementsAre("remove b@2", "put a@1"));
}

TEST_F(BatchPlanTest, OfSeveralChangesOfAKeyTheLastCounts) {
  add(put("a", "first"));
  add(put("b"));
  add(put("a", "second"));
  add(removal("b"));
  EXPECT_THAT(steps(), ElementsAre("remove b@3", "put a@2"));
  EXPECT_EQ(plan.steps[1].change.image, "second");
}

TEST_F(BatchPlanTest, EveryGenuineChangeIsTimedWhetherCoalescedOrNot) {
  add(put("a", "", 10));
  add(put("a", "", 20));
  add(rejected("b"));
  add(restore("c"));
  steps();
  EXPECT_THAT(plan.source_times, ElementsAre(10, 20, 0));
}

TEST_F(BatchPlanTest, EchoesOfMongosKeysAndPositionsAreNoWork) {
  add(change_of(ChangeKind::echo, "m"));
  add(change_of(ChangeKind::position, ""));
  EXPECT_TRUE(planner.empty());
}

TEST_F(BatchPlanTest, AChangeAgainstTheAuthorityIsAViolation) {
  add(put("m1"));
  add(removal("m2"));
  EXPECT_THAT(steps(), ElementsAre("violation m1@0", "violation m2@1"));
  EXPECT_EQ(plan.steps[0].change.kind, ChangeKind::put);
  EXPECT_EQ(plan.steps[1].change.kind, ChangeKind::remove);
}

TEST_F(BatchPlanTest, EveryViolationIsKept) {
  add(put("m1", "first"));
  add(put("m1", "second"));
  add(removal("m1"));
  EXPECT_THAT(steps(), ElementsAre("violation m1@0", "violation m1@1", "violation m1@2"));
}

TEST_F(BatchPlanTest, EveryDeadLetterIsKeptAndSupersedesNothing) {
  add(put("a"));
  add(rejected("a"));
  add(rejected("a"));
  EXPECT_THAT(steps(), ElementsAre("put a@0", "dead a@1", "dead a@2"));
}

TEST_F(BatchPlanTest, ARestoreOfAKeyOfMongosIsHandedOver) {
  add(restore("a"));
  add(restore("m1"));
  EXPECT_THAT(steps(), ElementsAre("restore a@0", "hand over m1@1"));
}

TEST(BatchPlanAcrossAHandoffTest, ARestoreHandedOverReplacesNothing) {
  const auto judge = [](const Change& change, eventlog::Position position) {
    return crossfade::forward::judge(change, position, {Side::dynamodb, Side::mongodb}, {10, 0});
  };
  BatchPlanner planner(judge, 0);
  planner.add(put("a"), 9);
  planner.add(restore("a"), 10);
  const BatchPlan plan = planner.finish();
  ASSERT_EQ(plan.steps.size(), 2U);
  EXPECT_EQ(plan.steps[0].kind, Kind::put);
  EXPECT_EQ(plan.steps[1].kind, Kind::hand_over);
}

TEST_F(BatchPlanTest, ARestoreCountsAsTheLastWord) {
  add(put("a"));
  add(restore("a"));
  add(restore("b"));
  add(put("b"));
  EXPECT_THAT(steps(), ElementsAre("restore a@1", "put b@3"));
}

TEST_F(BatchPlanTest, AnEchoOfDynamosKeyIsLookedAtBehindWhatCameBefore) {
  add(put("a"));
  add(change_of(ChangeKind::echo, "a"));
  EXPECT_THAT(steps(), ElementsAre("restore a@1"));
}

TEST(BatchPlanOfConflictsTest, WhereThePolicyMayWriteEachViolationIsABatchOfItsOwn) {
  BatchPlanner planner(judge_by(owner), 0, true);
  EXPECT_TRUE(planner.add(put("a"), 0));
  EXPECT_FALSE(planner.add(put("m1"), 1));
  EXPECT_EQ(planner.finish().steps.size(), 1U);
  EXPECT_TRUE(planner.add(put("m1"), 1));
  EXPECT_FALSE(planner.add(put("m1"), 2));
  EXPECT_FALSE(planner.add(put("a"), 3));
  const BatchPlan plan = planner.finish();
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].kind, Kind::violation);
}

TEST(BatchPlanBeforeArmingTest, ChangesAreDynamosWhoeverOwnsTheKeyLater) {
  BatchPlanner planner(judge_by(owner), 10);
  planner.add(put("m1"), 9);
  planner.add(put("m2"), 10);
  const BatchPlan plan = planner.finish();
  ASSERT_EQ(plan.steps.size(), 2U);
  EXPECT_EQ(plan.steps[0].kind, Kind::put);
  EXPECT_EQ(plan.steps[1].kind, Kind::violation);
}

TEST_F(BatchPlanTest, WhatTheLoadMayHaveSeenIsNoNewsToAKeyOfMongos) {
  Change old = put("m1", "", 7);
  old.reason = kMaybeBeforeLoad;
  add(old);
  EXPECT_FALSE(planner.empty()) << "it has to be counted as done";
  EXPECT_THAT(steps(), IsEmpty());
  EXPECT_THAT(plan.source_times, ElementsAre(7));
  old.key = {"a"};
  add(old);
  EXPECT_THAT(steps(), ElementsAre("put a@1"));
}

/// Keys that begin with "s" straggle.
Verdict stragglers(const Change& change, eventlog::Position position) {
  if (change.key.bson.starts_with("s")) return Verdict::straggles;
  return judge_by(owner)(change, position);
}

TEST(BatchPlanOfStragglersTest, EachIsABatchOfItsOwn) {
  BatchPlanner planner(stragglers, 0);
  EXPECT_TRUE(planner.add(put("a"), 0));
  EXPECT_FALSE(planner.add(put("s1"), 1));
  EXPECT_EQ(planner.finish().steps.size(), 1U);
  EXPECT_TRUE(planner.add(put("s1"), 1));
  EXPECT_FALSE(planner.add(put("s1"), 2));
  EXPECT_FALSE(planner.add(put("a"), 3));
  EXPECT_FALSE(planner.add(rejected("a"), 4));
  EXPECT_TRUE(planner.add(change_of(ChangeKind::position, ""), 5)) << "it is no work";
  const BatchPlan plan = planner.finish();
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].kind, Kind::straggler);
  EXPECT_EQ(plan.steps[0].position, 1);
  EXPECT_THAT(plan.source_times, ElementsAre(0));
}

}  // namespace
}  // namespace crossfade::forward
