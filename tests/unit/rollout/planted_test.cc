#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/rollout/handoff_explorer.h"

namespace crossfade::rollout {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMostWorlds = 1'000'000;
constexpr Side kMongo = Side::mongodb;
constexpr ClientKind kRefuses{};
constexpr ClientKind kMute{.mute = true};
constexpr ClientKind kMuteContinues{.continues = true, .mute = true};
constexpr ClientKind kNewcomer{.newcomer = true};

/// A fault, the smallest search that meets it, and the invariant it breaks.
struct Case {
  std::string name;
  Plant plant;
  Scenario scenario;
  std::string broken;
};

void PrintTo(const Case& planted, std::ostream* out) {
  *out << planted.name;
}

class PlantedTest : public testing::TestWithParam<Case> {};

TEST_P(PlantedTest, IsFound) {
  Scenario scenario = GetParam().scenario;
  EXPECT_EQ(explore(scenario, kMostWorlds).broken, "") << "without the fault";
  scenario.plant = GetParam().plant;
  const Findings found = explore(scenario, kMostWorlds);
  EXPECT_THAT(found.broken, HasSubstr(GetParam().broken)) << found.story();
}

std::vector<Case> cases() {
  return {
      {"flip_before_drain",
       Plant::flip_before_drain,
       {.begins = kMongo, .clients = {kRefuses}, .budget = {.writes = 1}},
       "I12"},
      {"journal_before_hold",
       Plant::journal_before_hold,
       {.clients = {kRefuses}, .budget = {.writes = 0}},
       "I10"},
      {"hold_without_storing",
       Plant::hold_without_storing,
       {.begins = kMongo, .clients = {kRefuses}, .budget = {.writes = 1}},
       "I10"},
      {"no_wait_for_clients",
       Plant::no_wait_for_clients,
       {.clients = {kRefuses, kRefuses}, .budget = {.writes = 0}},
       "I4"},
      {"continuing_is_refusing",
       Plant::continuing_is_refusing,
       {.clients = {kRefuses, kMuteContinues}, .budget = {.writes = 0, .expiries = 1}},
       "I4"},
      {"in_flight_forgotten",
       Plant::in_flight_forgotten,
       {.clients = {kRefuses}, .budget = {.writes = 1}},
       "I4"},
      {"write_outlives_lease",
       Plant::write_outlives_lease,
       {.clients = {kRefuses, kMute}, .budget = {.writes = 1, .expiries = 1}},
       "I4"},
      {"rules_before_record",
       Plant::rules_before_record,
       {.clients = {kNewcomer}, .budget = {.writes = 0}},
       "I4"},
      {"stale_leases",
       Plant::stale_leases,
       {.clients = {kRefuses}, .budget = {.writes = 0, .takeovers = 1, .expiries = 1}},
       "I4"},
      {"undo_after_journal",
       Plant::undo_after_journal,
       {.clients = {kRefuses}, .budget = {.writes = 0, .crashes = 1}},
       "I11"},
      {"late_writes_ignored",
       Plant::late_writes_ignored,
       {.begins = kMongo, .clients = {kRefuses}, .budget = {.writes = 2, .late_writes = 1}},
       "I12"},
      {"revision_ignored",
       Plant::revision_ignored,
       {.clients = {kRefuses}, .budget = {.writes = 0, .spends = 1, .losses = 1}},
       "I1"},
      {"version_used_twice",
       Plant::version_used_twice,
       {.clients = {kRefuses}, .budget = {.writes = 0, .spends = 1}},
       "a version is used twice"},
      {"doubtful_fence_given_up",
       Plant::doubtful_fence_given_up,
       {.clients = {kRefuses}, .budget = {.writes = 0, .failures = 1, .losses = 1}},
       "left behind"},
      {"straggler_is_dropped",
       Plant::straggler_is_dropped,
       {.clients = {kRefuses}, .budget = {.writes = 1, .stragglers = 1}},
       "I12"},
      {"every_subject_is_fenced",
       Plant::every_subject_is_fenced,
       {.clients = {kRefuses}, .budget = {.writes = 0}},
       "does not move is fenced"},
      {"barrier_not_obeyed",
       Plant::barrier_not_obeyed,
       {.begins = kMongo,
        .unplanned = true,
        .clients = {kRefuses},
        .budget = {.writes = 2, .crashes = 1}},
       "I10"},
  };
}

INSTANTIATE_TEST_SUITE_P(Rollout, PlantedTest, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace crossfade::rollout
