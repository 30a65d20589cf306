#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/protocol/explorer.h"

namespace crossfade::protocol {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMostWorlds = 1'000'000;
constexpr Side kDynamo = Side::dynamodb;
constexpr Side kMongo = Side::mongodb;

/// A fault of the service, the smallest search that meets it, and the invariant it breaks.
struct Case {
  std::string name;
  Plant plant;
  std::vector<Side> owners;
  int actions;
  int crashes;
  int losses;
  std::string broken;
  bool wrong_side = true;
};

class PlantedTest : public testing::TestWithParam<Case> {};

Scenario scenario_of(const Case& planted) {
  Scenario scenario;
  scenario.owners = planted.owners;
  scenario.actions = planted.actions;
  scenario.crashes = planted.crashes;
  scenario.losses = planted.losses;
  scenario.wrong_side = planted.wrong_side;
  return scenario;
}

TEST_P(PlantedTest, IsFound) {
  Scenario scenario = scenario_of(GetParam());
  scenario.plant = GetParam().plant;
  const Findings found = explore(scenario, kMostWorlds);
  EXPECT_THAT(found.broken, HasSubstr(GetParam().broken)) << found.story();
}

const std::vector<Case> kCases{
    {"filter_trusts_presence", Plant::filter_trusts_presence, {kMongo}, 2, 0, 0, "I1"},
    {"filter_ignores_key", Plant::filter_ignores_key, {kDynamo, kMongo}, 2, 0, 0, "I1"},
    {"filter_forgets", Plant::filter_forgets, {kMongo}, 3, 0, 0, "I1"},
    {"filter_not_rebuilt", Plant::filter_not_rebuilt, {kMongo}, 3, 1, 0, "I1"},
    {"guard_ignores_key", Plant::guard_ignores_key, {kMongo, kMongo}, 3, 0, 0, "I3"},
    {"guard_ignores_position", Plant::guard_ignores_position, {kMongo}, 2, 0, 1, "I1"},
    {"remove_without_mark", Plant::remove_without_mark, {kMongo}, 1, 0, 0, "I1"},
    {"remove_ignores_late", Plant::remove_ignores_late, {kMongo}, 2, 0, 1, "I7"},
    {"idle_counts_as_clean", Plant::idle_counts_as_clean, {kMongo}, 2, 1, 0, "I7", false},
    {"replay_each_change", Plant::replay_each_change, {kMongo}, 2, 1, 0, "I7", false},
    {"suspects_not_stored", Plant::suspects_not_stored, {kMongo}, 2, 2, 0, "I7", false},
    {"checkpoint_at_cursor", Plant::checkpoint_at_cursor, {kMongo}, 1, 1, 0, "I9"},
    {"violation_dropped", Plant::violation_dropped, {kDynamo, kMongo}, 1, 0, 0, "I3"},
    {"violation_not_restored", Plant::violation_not_restored, {kDynamo, kMongo}, 1, 0, 0, "I5"},
    {"session_not_registered", Plant::session_not_registered, {kDynamo}, 1, 0, 0, "I1"},
    {"commit_without_checkpoint", Plant::commit_without_checkpoint, {kDynamo}, 2, 1, 0, "I5"},
};

INSTANTIATE_TEST_SUITE_P(Protocol, PlantedTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace crossfade::protocol
