#include <gtest/gtest.h>

#include <iostream>

#include "tests/unit/rollout/handoff_explorer.h"

namespace crossfade::rollout {
namespace {

constexpr std::size_t kMostWorlds = 3'000'000;
constexpr Side kMongo = Side::mongodb;
constexpr ClientKind kRefuses{};
constexpr ClientKind kContinues{.continues = true};
constexpr ClientKind kMute{.mute = true};
constexpr ClientKind kMuteContinues{.continues = true, .mute = true};
constexpr ClientKind kNewcomer{.newcomer = true};

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CROSSFADE_SLOW_BUILD
#endif
#endif

struct Case {
  std::string name;
  Scenario scenario;
  std::size_t least_worlds;  ///< so that a search that has lost its subject is seen
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

const std::vector<Case> kRamps{
    {"ramp", {.clients = {kRefuses, kContinues}, .budget = {.writes = 2}}, 5'000},
    {"ramp_with_failures",
     {.clients = {kRefuses}, .budget = {.writes = 1, .failures = 2, .spends = 1}},
     1'000},
    {"ramp_with_lost_replies",
     {.clients = {kRefuses}, .budget = {.writes = 1, .spends = 1, .losses = 2}},
     20'000},
    {"ramp_with_a_crash_and_a_lost_reply",
     {.clients = {kRefuses}, .budget = {.writes = 1, .spends = 1, .losses = 1, .crashes = 1}},
     20'000},
    {"ramp_and_a_client_that_never_acknowledges",
     {.clients = {kRefuses, kMuteContinues}, .budget = {.writes = 2, .spends = 1, .expiries = 1}},
     5'000},
    {"ramp_and_a_lease_ends",
     {.clients = {kMute}, .budget = {.writes = 2, .spends = 1, .expiries = 1}},
     500},
    {"ramp_and_the_first_client_comes",
     {.clients = {kNewcomer}, .budget = {.writes = 2, .spends = 1}},
     500},
    {"ramp_and_a_straggler",
     {.clients = {kRefuses}, .budget = {.writes = 2, .stragglers = 1}},
     1'000},
    {"ramp_over_a_silent_client",
     {.overridden = true,
      .clients = {kRefuses, kMuteContinues},
      .budget = {.writes = 2, .expiries = 1}},
     5'000},
};

const std::vector<Case> kRollbacks{
    {"rollback",
     {.begins = kMongo,
      .staying = kMongo,
      .clients = {kRefuses, kContinues},
      .budget = {.writes = 2}},
     5'000},
    {"rollback_with_crashes",
     {.begins = kMongo, .clients = {kRefuses}, .budget = {.writes = 2, .spends = 1, .crashes = 1}},
     5'000},
    {"rollback_with_late_writes",
     {.begins = kMongo,
      .clients = {kRefuses},
      .budget = {.writes = 2, .spends = 1, .crashes = 1, .late_writes = 1}},
     20'000},
    {"unplanned_rollback_of_one_write",
     {.begins = kMongo,
      .unplanned = true,
      .clients = {kRefuses},
      .budget = {.writes = 1, .spends = 1, .crashes = 1, .expiries = 1}},
     5'000},
};

#ifndef CROSSFADE_SLOW_BUILD
const std::vector<Case> kLarge{
    {"ramp_with_crashes",
     {.clients = {kRefuses}, .budget = {.writes = 2, .spends = 1, .crashes = 2}},
     50'000},
    {"ramp_and_a_second_process",
     {.clients = {kRefuses}, .budget = {.writes = 1, .losses = 1, .takeovers = 1}},
     20'000},
    {"ramp_and_leases_end",
     {.clients = {kRefuses, kMute}, .budget = {.writes = 2, .spends = 1, .expiries = 2}},
     20'000},
    {"ramp_and_a_client_that_comes",
     {.clients = {kRefuses, kNewcomer}, .budget = {.writes = 2, .spends = 1}},
     20'000},
    {"unplanned_rollback",
     {.begins = kMongo,
      .unplanned = true,
      .clients = {kRefuses, kMuteContinues},
      .budget = {.writes = 2, .spends = 1, .expiries = 1}},
     20'000},
    {"unplanned_rollback_with_a_crash",
     {.begins = kMongo,
      .unplanned = true,
      .clients = {kRefuses},
      .budget = {.writes = 2, .spends = 1, .crashes = 1}},
     20'000},
    {"ramp_where_everything_happens",
     {.clients = {kRefuses},
      .budget =
          {.writes = 1, .failures = 1, .spends = 1, .losses = 1, .crashes = 1, .expiries = 1}},
     100'000},
    {"ramp_and_a_second_process_and_a_crash",
     {.clients = {kRefuses},
      .budget = {.writes = 1, .spends = 1, .crashes = 1, .takeovers = 1, .expiries = 1}},
     100'000},
    {"rollback_and_a_second_process",
     {.begins = kMongo,
      .clients = {kRefuses},
      .budget = {.writes = 1, .spends = 1, .losses = 1, .takeovers = 1}},
     20'000},
    {"ramp_and_rollback",
     {.clients = {kRefuses}, .budget = {.handoffs = 2, .writes = 2, .spends = 1, .crashes = 1}},
     100'000},
    {"rollback_and_ramp",
     {.begins = kMongo,
      .staying = kMongo,
      .clients = {kRefuses},
      .budget = {.handoffs = 2, .writes = 2, .losses = 1, .late_writes = 1}},
     100'000},
    {"unplanned_rollback_with_a_crash_and_a_lost_reply",
     {.begins = kMongo,
      .unplanned = true,
      .clients = {kRefuses},
      .budget = {.writes = 1, .spends = 1, .losses = 1, .crashes = 1}},
     50'000},
};
#endif

class ExplorationTest : public testing::TestWithParam<Case> {};

TEST_P(ExplorationTest, EveryInvariantHoldsInEveryWorld) {
  const Findings found = explore(GetParam().scenario, kMostWorlds);
  EXPECT_EQ(found.broken, "") << found.story();
  EXPECT_GE(found.worlds, GetParam().least_worlds);
  EXPECT_GE(found.quiet, 10U);
  std::cout << found.worlds << " worlds, " << found.quiet << " of them quiet\n";
  RecordProperty("worlds", static_cast<int>(found.worlds));
}

const auto kName = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Ramps, ExplorationTest, testing::ValuesIn(kRamps), kName);
INSTANTIATE_TEST_SUITE_P(Rollbacks, ExplorationTest, testing::ValuesIn(kRollbacks), kName);

#ifndef CROSSFADE_SLOW_BUILD
INSTANTIATE_TEST_SUITE_P(Large, ExplorationTest, testing::ValuesIn(kLarge), kName);
#endif

}  // namespace
}  // namespace crossfade::rollout
