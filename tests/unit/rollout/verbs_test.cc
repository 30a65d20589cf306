#include "rollout/verbs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace crossfade::rollout {
namespace {

using testing::HasSubstr;
using List = std::set<std::string, std::less<>>;

AuthorityRule rule(double percent, List allow = {}, List deny = {}) {
  return {percent, std::move(allow), std::move(deny), "salt"};
}

MoveRequest request(Verb verb, std::optional<double> percent = {}) {
  MoveRequest out;
  out.verb = verb;
  out.percent = percent;
  return out;
}

struct Lists {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::vector<std::string> unlist;
};

MoveRequest listing(Verb verb, Lists lists, std::optional<double> percent = {}) {
  MoveRequest out = request(verb, percent);
  out.allow = std::move(lists.allow);
  out.deny = std::move(lists.deny);
  out.unlist = std::move(lists.unlist);
  return out;
}

struct Allowed {
  AuthorityRule present;
  MoveRequest asked;
  AuthorityRule expected;
};

TEST(Verbs, TheRuleThatShouldHold) {
  const Allowed cases[] = {
      {rule(0), request(Verb::ramp, 0.25), rule(0.25)},
      {rule(0.25), request(Verb::ramp, 100), rule(100)},
      {rule(10), listing(Verb::ramp, {{"a", "b"}}), rule(10, {"a", "b"})},
      {rule(10, {}, {"a"}), listing(Verb::ramp, {{"a"}}), rule(10, {"a"})},
      {rule(10, {"a"}), listing(Verb::ramp, {{}, {"a"}}), rule(10, {}, {"a"})},
      {rule(10, {"a"}, {"b"}), listing(Verb::ramp, {{}, {}, {"a", "b"}}), rule(10)},
      {rule(10, {"a"}), listing(Verb::ramp, {{"b"}, {"c"}}, 50), rule(50, {"a", "b"}, {"c"})},
      {rule(10), listing(Verb::ramp, {{"a"}}, 10), rule(10, {"a"})},
      {rule(50, {"a"}, {"b"}), request(Verb::rollback), rule(0, {}, {"b"})},
      {rule(50, {"a"}, {"b"}), request(Verb::rollback, 0), rule(0, {}, {"b"})},
      {rule(50, {"a"}, {"b"}), request(Verb::rollback, 10), rule(10, {"a"}, {"b"})},
      {rule(0, {"a", "b"}), listing(Verb::rollback, {{}, {}, {"a"}}), rule(0, {"b"})},
      {rule(50, {"a"}), listing(Verb::rollback, {{}, {"a"}}), rule(50, {}, {"a"})},
      {rule(50, {"a"}), request(Verb::rollback_unplanned), rule(0)},
      {rule(50), request(Verb::recover), rule(50)},
      {rule(100), request(Verb::complete), rule(100)},
      {rule(0), request(Verb::cancel), rule(0)},
  };
  for (const Allowed& one : cases) {
    const auto to = wished_rule(one.present, one.asked);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(*to, one.expected) << to_string(one.asked.verb) << " to " << to->percent;
  }
}

struct Refused {
  AuthorityRule present;
  MoveRequest asked;
  std::string sentence;
};

TEST(Verbs, WhatContradictsItselfIsRefused) {
  const Refused cases[] = {
      {rule(0), request(Verb::ramp, -0.01), "give 0 to 100"},
      {rule(0), request(Verb::ramp, 100.01), "give 0 to 100"},
      {rule(0), request(Verb::ramp, std::numeric_limits<double>::quiet_NaN()), "give 0 to 100"},
      {rule(0), request(Verb::ramp, 0.125), "more than two decimals"},
      {rule(0), listing(Verb::ramp, {{"a"}, {"a"}}), "The subject a is named twice"},
      {rule(0), listing(Verb::ramp, {{"a", "a"}}), "The subject a is named twice"},
      {rule(0), listing(Verb::ramp, {{""}}), "no characters"},
      {rule(50), request(Verb::ramp, 10), "use `crossfade rollback --to 10`"},
      {rule(10), request(Verb::rollback, 50), "use `crossfade rollout ramp --to 50`"},
      {rule(0, {}, {"a"}), listing(Verb::rollback, {{"a"}}), "use `crossfade rollout ramp` for"},
      {rule(100, {}, {"a"}), listing(Verb::rollback, {{}, {}, {"a"}}),
       "use `crossfade rollout ramp` for"},
      {rule(10), request(Verb::ramp, 10), "nothing to change"},
      {rule(10), request(Verb::ramp), "nothing to change"},
      {rule(10, {"a"}), listing(Verb::ramp, {{"a"}}), "nothing to change"},
      {rule(0, {}, {"a"}), request(Verb::rollback), "nothing to change"},
      {rule(50), request(Verb::rollback, 50), "nothing to change"},
      {rule(100), request(Verb::complete, 100), "The verb complete moves nobody"},
      {rule(0), listing(Verb::cancel, {{"a"}}), "The verb cancel moves nobody"},
  };
  for (const Refused& one : cases) {
    const auto to = wished_rule(one.present, one.asked);
    ASSERT_FALSE(to) << one.sentence;
    EXPECT_EQ(to.error().fault, Fault::invalid);
    EXPECT_THAT(to.error().message, HasSubstr(one.sentence));
  }
}

TEST(Verbs, EveryPercentageWithTwoDecimalsIsTaken) {
  for (int hundredths = 1; hundredths <= 10'000; ++hundredths)
    EXPECT_TRUE(wished_rule(rule(0), request(Verb::ramp, hundredths / 100.0))) << hundredths;
}

TEST(Verbs, TenThousandSubjectsFitAndTheListsAreBounded) {
  MoveRequest many = request(Verb::ramp);
  for (int i = 10'000; i < 20'000; ++i)
    many.allow.push_back("a-customer-of-" + std::to_string(i) + "!");
  ASSERT_EQ(many.allow[0].size(), 20U);
  ASSERT_TRUE(wished_rule(rule(0), many)) << wished_rule(rule(0), many).error().message;

  MoveRequest full = request(Verb::ramp);
  full.allow.push_back(std::string(kMostListBytes - 3, 'x'));
  EXPECT_TRUE(wished_rule(rule(0), full));
  full.deny.push_back("y");
  const auto refused = wished_rule(rule(0), full);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("move so many subjects by percentage"));
}

}  // namespace
}  // namespace crossfade::rollout
