#include "router/rules.h"

#include <gtest/gtest.h>

namespace crossfade {
namespace {

int moved(double percent, const std::string& salt, int subjects) {
  AuthorityRule rule;
  rule.percent = percent;
  rule.salt = salt;
  int count = 0;
  for (int i = 0; i < subjects; ++i)
    if (rule.side_of("user-" + std::to_string(i)) == Side::mongodb) ++count;
  return count;
}

TEST(Authority, DenyGoesBeforeAllowBeforePercent) {
  AuthorityRule rule;
  rule.allow = {"a", "b"};
  rule.deny = {"b"};
  EXPECT_EQ(rule.side_of("a"), Side::mongodb);
  EXPECT_EQ(rule.side_of("b"), Side::dynamodb);
  EXPECT_EQ(rule.side_of("c"), Side::dynamodb);
  rule.percent = 100;
  EXPECT_EQ(rule.side_of("b"), Side::dynamodb);
  EXPECT_EQ(rule.side_of("c"), Side::mongodb);
}

TEST(Authority, KeysWithoutASubjectMoveLast) {
  AuthorityRule rule;
  rule.percent = 99.99;
  EXPECT_EQ(rule.side_of(std::nullopt), Side::dynamodb);
  rule.percent = 100;
  EXPECT_EQ(rule.side_of(std::nullopt), Side::mongodb);
}

TEST(Authority, APercentageIsAShareOfTheSubjects) {
  EXPECT_EQ(moved(0, "s", 1000), 0);
  EXPECT_EQ(moved(100, "s", 1000), 1000);
  EXPECT_NEAR(moved(10, "s", 20'000), 2000, 200);
  EXPECT_NEAR(moved(0.25, "s", 40'000), 100, 50);
}

TEST(Authority, RaisingThePercentageOnlyAddsSubjects) {
  AuthorityRule less;
  less.percent = 20;
  less.salt = "frozen";
  AuthorityRule more = less;
  more.percent = 20.5;
  int added = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string subject = "user-" + std::to_string(i);
    if (less.side_of(subject) == Side::mongodb)
      EXPECT_EQ(more.side_of(subject), Side::mongodb) << subject;
    else if (more.side_of(subject) == Side::mongodb)
      ++added;
  }
  EXPECT_GT(added, 0);
}

/// Routers outside the service compute the same: these vectors are theirs, too.
TEST(Authority, BucketsNeverChange) {
  AuthorityRule rule;
  rule.percent = 50;
  rule.salt = "salt";
  std::string sides;
  for (int i = 0; i < 24; ++i)
    sides += rule.side_of("user-" + std::to_string(i)) == Side::mongodb ? 'm' : 'd';
  EXPECT_EQ(sides, "mddmdddmdmmddmddmdmddmdd");
}

}  // namespace
}  // namespace crossfade
