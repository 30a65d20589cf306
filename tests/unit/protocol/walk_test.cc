#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <iostream>
#include <sstream>

#include "tests/unit/protocol/explorer.h"

namespace crossfade::protocol {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kWalks = 400;
#else
constexpr int kWalks = 4'000;
#endif
#endif
constexpr std::size_t kChoices = 400;
constexpr int kMostActions = 24;

/// At full size from the first case on: a small scenario is the exhaustive tests' business.
template <class T>
T some(const rc::Gen<T>& generator) {
  return *rc::gen::resize(rc::kNominalSize, generator);
}

Scenario random_scenario() {
  Scenario scenario;
  const int keys = some(rc::gen::inRange(1, kMostKeys + 1));
  for (int key = 0; key < keys; ++key)
    scenario.owners.push_back(some(rc::gen::element(Side::dynamodb, Side::mongodb)));
  scenario.actions = some(rc::gen::inRange(1, kMostActions));
  scenario.crashes = some(rc::gen::inRange(0, 5));
  scenario.losses = some(rc::gen::inRange(0, 6));
  scenario.wrong_side = some(rc::gen::inRange(0, 4)) > 0;
  scenario.images = 6;
  return scenario;
}

/// Long ways through many keys, actions, crashes and lost replies; what breaks is made smaller, and
/// the seed that leads to it is printed.
TEST(WalkTest, EveryInvariantHoldsOnLongWays) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = kWalks;
  std::size_t worlds = 0;
  const auto property = [&] {
    const Scenario scenario = random_scenario();
    const auto choices = some(rc::gen::container<std::vector<std::uint32_t>>(
        kChoices, rc::gen::arbitrary<std::uint32_t>()));
    const Findings found = walk(scenario, choices);
    worlds += found.worlds;
    if (!found.broken.empty()) RC_FAIL(found.story());
  };
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>())
      << report.str() << "seed " << params.seed;
  std::cout << worlds << " worlds\n";
  RecordProperty("worlds", static_cast<int>(worlds));
}

}  // namespace
}  // namespace crossfade::protocol
