#include <gtest/gtest.h>

#include <iostream>

#include "tests/unit/protocol/explorer.h"

namespace crossfade::protocol {
namespace {

constexpr std::size_t kMostWorlds = 4'000'000;
constexpr Side kDynamo = Side::dynamodb;
constexpr Side kMongo = Side::mongodb;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CROSSFADE_SLOW_BUILD
#endif
#endif

struct Case {
  std::string name;
  std::vector<Side> owners;
  int actions;
  int crashes;
  int losses;
  std::size_t least_worlds;  ///< so that a search that has lost its subject is seen
  bool wrong_side = true;
};

std::vector<Case> cases() {
  std::vector<Case> out{
      {"each_side_owns_a_key_two_actions", {kDynamo, kMongo}, 2, 0, 0, 2'000},
      {"each_side_owns_a_key_and_replies_are_lost", {kDynamo, kMongo}, 2, 0, 1, 10'000},
      {"mongodb_owns_both_two_actions", {kMongo, kMongo}, 2, 0, 0, 5'000},
      {"one_key_and_a_crash", {kMongo}, 2, 1, 0, 50'000},
      {"dynamodb_owns_one_key_and_a_crash", {kDynamo}, 2, 1, 0, 1'000},
      {"everybody_keeps_to_the_authority", {kMongo}, 3, 1, 0, 10'000, false},
  };
#ifndef CROSSFADE_SLOW_BUILD
  const std::vector<Case> large{
      {"each_side_owns_a_key_three_actions", {kDynamo, kMongo}, 3, 0, 0, 100'000},
      {"mongodb_owns_both_three_actions", {kMongo, kMongo}, 3, 0, 0, 500'000},
      {"each_side_owns_a_key_and_a_crash", {kDynamo, kMongo}, 2, 1, 0, 500'000},
      {"each_side_owns_a_key_three_actions_and_a_loss", {kDynamo, kMongo}, 3, 0, 1, 500'000},
      {"everybody_keeps_to_the_authority_two_crashes", {kMongo}, 2, 2, 1, 100'000, false},
      {"a_crash_and_a_lost_reply", {kMongo}, 2, 1, 1, 1'000'000},
  };
  out.insert(out.end(), large.begin(), large.end());
#endif
  return out;
}

class ExhaustiveTest : public testing::TestWithParam<Case> {};

TEST_P(ExhaustiveTest, EveryInvariantHoldsInEveryWorld) {
  Scenario scenario;
  scenario.owners = GetParam().owners;
  scenario.actions = GetParam().actions;
  scenario.crashes = GetParam().crashes;
  scenario.losses = GetParam().losses;
  scenario.wrong_side = GetParam().wrong_side;
  const Findings found = explore(scenario, kMostWorlds);
  EXPECT_EQ(found.broken, "") << found.story();
  EXPECT_GE(found.worlds, GetParam().least_worlds);
  EXPECT_GE(found.quiet, 10U);
  std::cout << found.worlds << " worlds, " << found.quiet << " of them quiet\n";
  RecordProperty("worlds", static_cast<int>(found.worlds));
}

INSTANTIATE_TEST_SUITE_P(Protocol, ExhaustiveTest, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace crossfade::protocol
