#include "forward/verdict.h"

#include <gtest/gtest.h>

namespace crossfade::forward {
namespace {

constexpr eventlog::Position kBarrier = 100;
constexpr std::int64_t kFenceMs = 50'000;
constexpr Owners kDynamos{Side::dynamodb, Side::dynamodb};
constexpr Owners kMongos{Side::mongodb, Side::mongodb};
constexpr Owners kToMongo{Side::dynamodb, Side::mongodb};
constexpr Owners kToDynamo{Side::mongodb, Side::dynamodb};

Verdict verdict(ChangeKind kind, eventlog::Position position, Owners owners,
                std::int64_t earliest_ms = kFenceMs + 60'000) {
  Change change;
  change.kind = kind;
  change.earliest_ms = earliest_ms;
  return judge(change, position, owners, {kBarrier, kFenceMs});
}

TEST(VerdictTest, WithoutAHandoffTheOwnerDecides) {
  for (const ChangeKind kind : {ChangeKind::put, ChangeKind::remove}) {
    EXPECT_EQ(verdict(kind, 99, kDynamos, 0), Verdict::applies);
    EXPECT_EQ(verdict(kind, 100, kDynamos, 0), Verdict::applies);
    EXPECT_EQ(verdict(kind, 99, kMongos, 0), Verdict::violates);
    EXPECT_EQ(verdict(kind, 100, kMongos, 0), Verdict::violates);
  }
}

TEST(VerdictTest, BeforeTheBarrierTheFormerRuleHolds) {
  EXPECT_EQ(verdict(ChangeKind::put, 99, kToMongo), Verdict::applies);
  EXPECT_EQ(verdict(ChangeKind::put, 99, kToDynamo), Verdict::violates);
}

TEST(VerdictTest, BehindItThePresentOne) {
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToMongo), Verdict::violates);
  EXPECT_EQ(verdict(ChangeKind::remove, 100, kToMongo), Verdict::violates);
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToDynamo), Verdict::applies);
}

TEST(VerdictTest, AStragglerMayHaveBeenMadeBeforeTheFence) {
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToMongo, kFenceMs - 5'000), Verdict::straggles);
  EXPECT_EQ(verdict(ChangeKind::remove, 100, kToMongo, kFenceMs), Verdict::straggles);
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToMongo, kFenceMs + 999), Verdict::straggles)
      << "the two clocks are not the same";
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToMongo, kFenceMs + 1'000), Verdict::violates);
}

TEST(VerdictTest, OnlyAKeyThatMovedToMongoHasStragglers) {
  EXPECT_EQ(verdict(ChangeKind::put, 100, kMongos, kFenceMs - 5'000), Verdict::violates);
  EXPECT_EQ(verdict(ChangeKind::put, 100, kToDynamo, kFenceMs - 5'000), Verdict::applies);
}

TEST(VerdictTest, ARestoreFollowsThePresentRuleWhereverItStands) {
  for (const eventlog::Position position : {99, 100}) {
    EXPECT_EQ(verdict(ChangeKind::restore, position, kToDynamo), Verdict::restores);
    EXPECT_EQ(verdict(ChangeKind::restore, position, kToMongo), Verdict::hands_over);
  }
}

TEST(VerdictTest, AnEchoOfAKeyThatDynamoDbOwnsIsLookedAtAgain) {
  EXPECT_EQ(verdict(ChangeKind::echo, 100, kToDynamo), Verdict::restores);
  EXPECT_EQ(verdict(ChangeKind::echo, 99, kToDynamo), Verdict::nothing);
  EXPECT_EQ(verdict(ChangeKind::echo, 99, kDynamos), Verdict::restores);
  EXPECT_EQ(verdict(ChangeKind::echo, 100, kDynamos), Verdict::restores);
  EXPECT_EQ(verdict(ChangeKind::echo, 100, kMongos), Verdict::nothing);
  EXPECT_EQ(verdict(ChangeKind::echo, 99, kToMongo), Verdict::nothing)
      << "the document is another one's by now";
  EXPECT_EQ(verdict(ChangeKind::echo, 100, kToMongo), Verdict::nothing);
}

TEST(VerdictTest, PositionsAndDeadLettersAreNobodys) {
  EXPECT_EQ(verdict(ChangeKind::position, 100, kToMongo), Verdict::nothing);
  EXPECT_EQ(verdict(ChangeKind::rejected, 100, kToMongo), Verdict::nothing);
}

TEST(VerdictTest, ARuleThatNeverChanges) {
  const Judge judge =
      judge_by([](const Key& key) { return key.bson == "m" ? Side::mongodb : Side::dynamodb; });
  Change change;
  change.key = {"m"};
  EXPECT_EQ(judge(change, 0), Verdict::violates);
  change.key = {"d"};
  EXPECT_EQ(judge(change, 0), Verdict::applies);
}

}  // namespace
}  // namespace crossfade::forward
