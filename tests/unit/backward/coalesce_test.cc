#include "backward/coalesce.h"

#include <gtest/gtest.h>

namespace crossfade::backward {
namespace {

Change change_of(ChangeKind kind, const std::string& key) {
  Change out;
  out.kind = kind;
  out.key = {key};
  return out;
}

TEST(CoalesceTest, OnlyWholeStatementsOfAKeySayItAll) {
  EXPECT_TRUE(says_it_all(ChangeKind::put));
  EXPECT_TRUE(says_it_all(ChangeKind::remove));
  EXPECT_TRUE(says_it_all(ChangeKind::restore));
  EXPECT_FALSE(says_it_all(ChangeKind::rejected));
  EXPECT_FALSE(says_it_all(ChangeKind::echo));
  EXPECT_FALSE(says_it_all(ChangeKind::position));
}

class ReplayWindowTest : public testing::Test {
 protected:
  ReplayWindowTest() {
    window.add(change_of(ChangeKind::put, "a"), 100, 110);
    window.add(change_of(ChangeKind::put, "b"), 110, 120);
    window.add(change_of(ChangeKind::remove, "a"), 120, 130);
    window.add(change_of(ChangeKind::rejected, "b"), 130, 140);
  }
  ReplayWindow window;
};

TEST(EmptyReplayWindowTest, HoldsNothing) {
  ReplayWindow window;
  EXPECT_FALSE(window.holds(0));
  EXPECT_FALSE(window.superseded(Key{"a"}, 0));
  window.passed(0);
  window.passed(1'000);
  EXPECT_FALSE(window.full());
}

TEST_F(ReplayWindowTest, HoldsEveryRecordUpToItsEnd) {
  EXPECT_TRUE(window.holds(100));
  EXPECT_TRUE(window.holds(130));
  EXPECT_FALSE(window.holds(140));
}

TEST_F(ReplayWindowTest, OnlyTheLastChangeOfAKeyIsApplied) {
  EXPECT_TRUE(window.superseded(Key{"a"}, 100));
  EXPECT_FALSE(window.superseded(Key{"a"}, 120));
  EXPECT_FALSE(window.superseded(Key{"c"}, 100));
}

TEST_F(ReplayWindowTest, ARecordWithoutAFormSupersedesNothing) {
  EXPECT_FALSE(window.superseded(Key{"b"}, 110));
}

TEST_F(ReplayWindowTest, WhatComesBehindItIsNotItsBusiness) {
  EXPECT_FALSE(window.superseded(Key{"a"}, 140));
}

TEST_F(ReplayWindowTest, IsGoneWhenEverythingInItIsDone) {
  window.passed(139);
  EXPECT_TRUE(window.superseded(Key{"a"}, 100));
  window.passed(140);
  EXPECT_FALSE(window.holds(100));
  EXPECT_FALSE(window.superseded(Key{"a"}, 100));
}

TEST(FullReplayWindowTest, IsBounded) {
  ReplayWindow window;
  for (std::size_t i = 0; i < ReplayWindow::kMost; ++i) {
    ASSERT_FALSE(window.full());
    const auto at = static_cast<eventlog::Position>(i);
    window.add(change_of(ChangeKind::position, ""), at, at + 1);
  }
  EXPECT_TRUE(window.full());
}

}  // namespace
}  // namespace crossfade::backward
