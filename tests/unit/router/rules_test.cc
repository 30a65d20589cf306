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

TEST(Authority, PercentagesHaveTwoDecimalsAndAHalfIsRoundedUp) {
  // These subjects' buckets are 0, 1, 9998 and 9999.
  const auto first = [](double percent) {
    AuthorityRule rule;
    rule.percent = percent;
    rule.salt = "s";
    std::string moved;
    for (const char* subject : {"user-17975", "user-6818", "user-8312", "user-459"})
      moved += rule.side_of(subject) == Side::mongodb ? 'm' : 'd';
    return moved;
  };
  EXPECT_EQ(first(0), "dddd");
  EXPECT_EQ(first(0.004), "dddd");
  EXPECT_EQ(first(0.005), "mddd");
  EXPECT_EQ(first(0.01), "mddd");
  EXPECT_EQ(first(0.02), "mmdd");
  EXPECT_EQ(first(99.98), "mmdd");
  EXPECT_EQ(first(99.99), "mmmd");
  EXPECT_EQ(first(99.995), "mmmm");
}

TEST(Authority, AnEmptySubjectIsASubject) {
  AuthorityRule rule;
  rule.allow = {""};
  EXPECT_EQ(rule.side_of(""), Side::mongodb);
  EXPECT_EQ(rule.side_of(std::nullopt), Side::dynamodb);
}

TEST(Authority, SubjectsAreComparedToTheirLastByte) {
  using namespace std::string_view_literals;
  AuthorityRule rule;
  rule.allow = {std::string("a\0b"sv), "e\u0301"};
  EXPECT_EQ(rule.side_of("a\0b"sv), Side::mongodb);
  EXPECT_EQ(rule.side_of("a\0c"sv), Side::dynamodb);
  EXPECT_EQ(rule.side_of("a"), Side::dynamodb);
  EXPECT_EQ(rule.side_of("e\u0301"), Side::mongodb);
  EXPECT_EQ(rule.side_of("\u00e9"), Side::dynamodb);
}

TEST(Rules, OnlySubjectsThatMoveAreFenced) {
  RuleSet rules;
  rules.rule.allow = {"stays", "leaves"};
  EXPECT_EQ(rules.decide("leaves"), (Decision{Side::mongodb, false}));
  rules.next = rules.rule;
  rules.next->allow = {"stays", "comes"};
  EXPECT_EQ(rules.decide("stays"), (Decision{Side::mongodb, false}));
  EXPECT_EQ(rules.decide("leaves"), (Decision{Side::mongodb, true}));
  EXPECT_EQ(rules.decide("comes"), (Decision{Side::dynamodb, true}));
  EXPECT_EQ(rules.decide("other"), (Decision{Side::dynamodb, false}));
  EXPECT_EQ(rules.decide(std::nullopt), (Decision{Side::dynamodb, false}));
}

TEST(Rules, KeysWithoutASubjectAreFencedOnTheLastStep) {
  RuleSet rules;
  rules.rule.percent = 50;
  rules.next = rules.rule;
  rules.next->percent = 100;
  EXPECT_EQ(rules.decide(std::nullopt), (Decision{Side::dynamodb, true}));
}

struct Ways {
  bool to_mongodb;
  bool to_dynamodb;
  bool operator==(const Ways&) const = default;
};

Ways ways(const AuthorityRule& from, const AuthorityRule& to) {
  const Moves moves = moves_between(from, to);
  return {moves.to_mongodb, moves.to_dynamodb};
}

TEST(Moves, FollowThePercentage) {
  AuthorityRule less;
  less.percent = 10;
  AuthorityRule more = less;
  more.percent = 10.01;
  EXPECT_EQ(ways(less, more), (Ways{true, false}));
  EXPECT_EQ(ways(more, less), (Ways{false, true}));
  more.percent = 10.004;
  EXPECT_EQ(ways(less, more), (Ways{false, false}));
}

TEST(Moves, FollowTheListsWhereTheyChangeASide) {
  AuthorityRule from;
  from.allow = {"a", "b"};
  AuthorityRule to = from;
  to.deny = {"b"};
  EXPECT_EQ(ways(from, to), (Ways{false, true}));
  to.allow.insert("c");
  EXPECT_EQ(ways(from, to), (Ways{true, true}));
  to = from;
  to.deny = {"never moved"};
  EXPECT_EQ(ways(from, to), (Ways{false, false}));
}

}  // namespace
}  // namespace crossfade
