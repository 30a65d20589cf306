#include "sync/authority.h"

#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

using forward::Verdict;

AuthorityRule allowing(std::set<std::string, std::less<>> subjects) {
  AuthorityRule rule;
  rule.salt = "salt";
  rule.allow = std::move(subjects);
  return rule;
}

RuleSet rules_of(AuthorityRule rule, std::int64_t epoch) {
  RuleSet out;
  out.group = "shop";
  out.epoch = epoch;
  out.rule = std::move(rule);
  return out;
}

/// The key is its own subject; "a" has moved to MongoDB, "b" away from it.
class AuthorityTest : public testing::Test {
 protected:
  AuthorityTest() {
    authority.know_subjects([](const Key& key) { return std::optional(key.bson); });
    last.from = allowing({"b", "m"});
    last.to = allowing({"a", "m"});
    last.fence_ms = 50'000;
    last.barriers["orders"] = {100, 200};
  }
  void adopt() { authority.adopt(rules_of(last.to, 4), last, "orders", 0); }
  Verdict judge(const std::string& key, eventlog::Position position,
                std::int64_t earliest_ms = 500'000) {
    Change change;
    change.key = {key};
    change.earliest_ms = earliest_ms;
    return authority.judge(change, position);
  }

  Authority authority{allowing({"m"})};
  control::HandoffRecord last;
};

TEST_F(AuthorityTest, WithoutAGroupTheConfigurationDecides) {
  EXPECT_FALSE(authority.adopted());
  EXPECT_EQ(judge("m", 0), Verdict::violates);
  EXPECT_EQ(judge("a", 0), Verdict::applies);
  EXPECT_EQ(authority.owner({"m"}, 0), Side::mongodb);
  EXPECT_EQ(authority.owner({"a"}, backward::kPresent), Side::dynamodb);
}

TEST_F(AuthorityTest, ChangesOfTheCanaryApplyBothWaysAndItsEchoesMeanNothing) {
  authority.exempt_canary({"m"});
  EXPECT_EQ(judge("m", 0), Verdict::applies);
  EXPECT_EQ(authority.owner({"m"}, 0), Side::mongodb);
  Change echo;
  echo.kind = ChangeKind::echo;
  echo.key = {"m"};
  EXPECT_EQ(authority.judge(echo, 0), Verdict::nothing);
  echo.key = {"a"};
  EXPECT_EQ(authority.judge(echo, 0), Verdict::restores);
}

TEST_F(AuthorityTest, EachDirectionHasItsOwnBarrier) {
  adopt();
  EXPECT_TRUE(authority.adopted());
  EXPECT_EQ(authority.epoch(), 4);
  EXPECT_EQ(judge("a", 99), Verdict::applies);
  EXPECT_EQ(judge("a", 100), Verdict::violates);
  EXPECT_EQ(judge("b", 99), Verdict::violates);
  EXPECT_EQ(judge("b", 100), Verdict::applies);
  EXPECT_EQ(authority.owner({"a"}, 199), Side::dynamodb);
  EXPECT_EQ(authority.owner({"a"}, 200), Side::mongodb);
  EXPECT_EQ(authority.owner({"b"}, 199), Side::mongodb);
  EXPECT_EQ(authority.owner({"b"}, backward::kPresent), Side::dynamodb);
  EXPECT_EQ(authority.owner({"m"}, 199), Side::mongodb);
}

TEST_F(AuthorityTest, TheFenceIsMeasuredByDynamosClock) {
  authority.adopt(rules_of(last.to, 4), last, "orders", 0);
  EXPECT_EQ(judge("a", 100, 52'000), Verdict::violates);
  authority.adopt(rules_of(last.to, 4), last, "orders", 5'000);
  EXPECT_EQ(judge("a", 100, 52'000), Verdict::straggles);
}

TEST_F(AuthorityTest, ALinkThatWasNotPartOfTheLastHandoffKnowsNoBarrier) {
  authority.adopt(rules_of(last.to, 4), last, "carts", 0);
  EXPECT_EQ(authority.barrier(), control::Barrier());
  EXPECT_EQ(judge("a", 0, 0), Verdict::violates);
}

/// Positions of a log that is no more would make the apply skip what the present one holds.
TEST_F(AuthorityTest, ABarrierOfAnotherLogIsNone) {
  last.barriers["orders"].log = "old";
  adopt();
  EXPECT_EQ(authority.barrier().backward, 200);
  authority.know_log("new");
  EXPECT_EQ(authority.barrier(), control::Barrier());
  EXPECT_EQ(judge("a", 0), Verdict::violates);
  adopt();
  EXPECT_EQ(authority.barrier(), control::Barrier()) << "nor when it is known before";
  authority.know_log("old");
  adopt();
  EXPECT_EQ(authority.barrier().backward, 200);
}

TEST_F(AuthorityTest, TheNextRulesReplaceTheLast) {
  adopt();
  authority.adopt(rules_of(allowing({}), 5), std::nullopt, "orders", 0);
  EXPECT_EQ(authority.barrier(), control::Barrier());
  EXPECT_EQ(judge("b", 0), Verdict::applies);
  EXPECT_EQ(authority.owner({"m"}, 0), Side::dynamodb);
}

}  // namespace
}  // namespace crossfade::sync
