#include "sync/event_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/sync/fake_groups.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using testing::ElementsAre;

class Sink final : public rollout::EventSink {
 public:
  void publish(std::string_view type, std::string text) override {
    told.push_back(std::string(type) + ": " + json::parse(text)["sentence"].get<std::string>());
    last = json::parse(text);
  }

  std::vector<std::string> told;
  json last;
};

class EventWatchTest : public testing::Test {
 protected:
  EventWatchTest() {
    view_.links_told = {orders_link()};
    groups_.view_told = shop_view();
    watch_.look();
  }

  FakeView view_;
  FakeGroups groups_;
  Sink sink_;
  ManualClock clock_{1'767'225'600'000};
  EventWatch watch_{view_, groups_, sink_, clock_};
};

TEST_F(EventWatchTest, TellsNothingAsLongAsNothingChanges) {
  watch_.look();
  EXPECT_TRUE(sink_.told.empty());
}

TEST_F(EventWatchTest, TellsPhasesViolationsAndMismatches) {
  view_.links_told[0].phase = "stopped";
  view_.links_told[0].violations += 3;
  groups_.view_told.links[0].mismatches = 1;
  watch_.look();
  EXPECT_THAT(sink_.told,
              ElementsAre("link: orders is stopped.",
                          "violation: orders has 5 violations: changes on the side that does not "
                          "own the key.",
                          "mismatch: orders has 1 keys that differ between the sides."));
  EXPECT_EQ(sink_.last["at_ms"], 1'767'225'600'000);
  EXPECT_EQ(sink_.last["link"], "orders");
  EXPECT_EQ(sink_.last["count"], 1);
  watch_.look();
  EXPECT_EQ(sink_.told.size(), 3U);
}

TEST_F(EventWatchTest, FewerIsNoEvent) {
  view_.links_told[0].violations = 0;
  watch_.look();
  EXPECT_TRUE(sink_.told.empty());
}

}  // namespace
}  // namespace crossfade::sync
