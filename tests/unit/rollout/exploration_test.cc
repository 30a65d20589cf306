#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "tests/unit/rollout/handoff_explorer.h"

namespace crossfade::rollout {
namespace {

constexpr std::size_t kMostWorlds = 3'000'000;
constexpr Side kDynamo = Side::dynamodb;
constexpr Side kMongo = Side::mongodb;
constexpr ClientKind kRefuses{};
constexpr ClientKind kContinues{.continues = true};
constexpr ClientKind kMute{.mute = true};
constexpr ClientKind kMuteContinues{.continues = true, .mute = true};
constexpr ClientKind kNewcomer{.newcomer = true};

struct Case {
  std::string name;
  Scenario scenario;
  std::size_t least_worlds;  ///< so that a search that has lost its subject is seen
};

std::vector<Case> cases() {
  return {
      {"ramp", {.clients = {kRefuses, kContinues}, .budget = {.writes = 2}}, 1},
      {"ramp_with_failures",
       {.clients = {kRefuses}, .budget = {.writes = 1, .failures = 2, .spends = 1}},
       1},
      {"ramp_with_losses",
       {.clients = {kRefuses}, .budget = {.writes = 1, .spends = 1, .losses = 2}},
       1},
      {"ramp_with_crashes",
       {.clients = {kRefuses}, .budget = {.writes = 2, .spends = 1, .crashes = 2}},
       1},
      {"ramp_with_a_crash_and_losses",
       {.clients = {kRefuses}, .budget = {.writes = 1, .spends = 1, .losses = 1, .crashes = 1}},
       1},
      {"ramp_with_a_takeover",
       {.clients = {kRefuses}, .budget = {.writes = 1, .losses = 1, .takeovers = 1}},
       1},
      {"ramp_and_leases_end",
       {.clients = {kRefuses, kMute}, .budget = {.writes = 2, .spends = 1, .expiries = 2}},
       1},
      {"ramp_and_a_client_that_never_acknowledges",
       {.clients = {kRefuses, kMuteContinues}, .budget = {.writes = 2, .spends = 1, .expiries = 1}},
       1},
      {"ramp_and_a_newcomer",
       {.clients = {kRefuses, kNewcomer}, .budget = {.writes = 2, .spends = 1}},
       1},
      {"ramp_and_a_straggler",
       {.clients = {kRefuses}, .budget = {.writes = 2, .stragglers = 1}},
       1},
      {"ramp_with_an_override",
       {.overridden = true,
        .clients = {kRefuses, kMuteContinues},
        .budget = {.writes = 2, .expiries = 1}},
       1},
      {"rollback",
       {.begins = kMongo,
        .staying = kMongo,
        .clients = {kRefuses, kContinues},
        .budget = {.writes = 2}},
       1},
      {"rollback_with_crashes",
       {.begins = kMongo,
        .clients = {kRefuses},
        .budget = {.writes = 2, .spends = 1, .crashes = 2}},
       1},
      {"rollback_with_late_writes",
       {.begins = kMongo,
        .clients = {kRefuses},
        .budget = {.writes = 2, .spends = 1, .crashes = 1, .late_writes = 1}},
       1},
      {"ramp_and_rollback",
       {.clients = {kRefuses}, .budget = {.handoffs = 2, .writes = 2, .spends = 1, .crashes = 1}},
       1},
      {"rollback_and_ramp",
       {.begins = kMongo,
        .staying = kMongo,
        .clients = {kRefuses},
        .budget = {.handoffs = 2, .writes = 2, .losses = 1, .late_writes = 1}},
       1},
      {"unplanned_rollback",
       {.begins = kMongo,
        .unplanned = true,
        .clients = {kRefuses, kMuteContinues},
        .budget = {.writes = 2, .spends = 1, .expiries = 1}},
       1},
      {"unplanned_rollback_with_crashes",
       {.begins = kMongo,
        .unplanned = true,
        .clients = {kRefuses},
        .budget = {.writes = 2, .spends = 1, .losses = 1, .crashes = 1}},
       1},
  };
}

class ExplorationTest : public testing::TestWithParam<Case> {};

TEST_P(ExplorationTest, EveryInvariantHoldsInEveryWorld) {
  const auto begin = std::chrono::steady_clock::now();
  const Findings found = explore(GetParam().scenario, kMostWorlds);
  EXPECT_EQ(found.broken, "") << found.story();
  EXPECT_GE(found.worlds, GetParam().least_worlds);
  EXPECT_GE(found.quiet, 10U);
  std::cout << found.worlds << " worlds, " << found.quiet << " of them quiet "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()
            << "\n";
  RecordProperty("worlds", static_cast<int>(found.worlds));
}

INSTANTIATE_TEST_SUITE_P(Rollout, ExplorationTest, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace crossfade::rollout
