#include "sync/cohort.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

using Subjects = std::set<std::string, std::less<>>;

AuthorityRule rule_of(double percent, Subjects allow = {}, Subjects deny = {}) {
  return {percent, std::move(allow), std::move(deny), "salt"};
}

Cohort cohort_of(AuthorityRule from, AuthorityRule to) {
  RuleSet rules;
  rules.rule = std::move(from);
  rules.next = std::move(to);
  const auto subject_of = [](const Key& key) {
    return key.bson.empty() ? std::nullopt : std::optional(key.bson);
  };
  return {std::move(rules), subject_of};
}

TEST(CohortTest, MovesWhatTheTwoRulesPlaceDifferently) {
  const Cohort cohort = cohort_of(rule_of(0, {"a", "b"}), rule_of(0, {"b", "c"}));
  EXPECT_TRUE(cohort.moves({"a"}));
  EXPECT_FALSE(cohort.moves({"b"}));
  EXPECT_TRUE(cohort.moves({"c"}));
  EXPECT_FALSE(cohort.moves({"d"}));
  EXPECT_FALSE(cohort.moves({""}));
}

TEST(CohortTest, KeysWithoutASubjectMoveWithAll) {
  EXPECT_TRUE(cohort_of(rule_of(50), rule_of(100)).moves({""}));
  EXPECT_TRUE(cohort_of(rule_of(100), rule_of(0)).moves({""}));
  EXPECT_FALSE(cohort_of(rule_of(0), rule_of(50)).moves({""}));
}

TEST(CohortTest, ListsSayWhoMovesWhereThePercentageStays) {
  EXPECT_THAT(cohort_of(rule_of(0, {"a", "b"}), rule_of(0, {"b", "c"})).listed(),
              Optional(ElementsAre("a", "c")));
  EXPECT_THAT(cohort_of(rule_of(100), rule_of(100, {}, {"d"})).listed(),
              Optional(ElementsAre("d")));
  EXPECT_THAT(cohort_of(rule_of(0), rule_of(0)).listed(), Optional(IsEmpty()));
  EXPECT_EQ(cohort_of(rule_of(0), rule_of(1, {"a"})).listed(), std::nullopt);
}

TEST(CohortTest, WithoutAFenceNothingMoves) {
  const Cohort cohort(RuleSet(), [](const Key&) { return std::nullopt; });
  EXPECT_FALSE(cohort.moves({"a"}));
  EXPECT_THAT(cohort.listed(), Optional(IsEmpty()));
}

}  // namespace
}  // namespace crossfade::sync
