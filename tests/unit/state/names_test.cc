#include <gtest/gtest.h>

#include "common/state/checkpoints.h"
#include "common/state/heartbeats.h"
#include "common/state/link_store.h"

namespace crossfade::state {
namespace {

/// Stored: they never change.
TEST(StateNamesTest, LanesAreNamedByLinkDirectionAndNumber) {
  EXPECT_EQ(lane_id("orders", "forward", 0), "orders/forward/0");
  EXPECT_EQ(lane_id("orders", "backward", 12), "orders/backward/12");
}

TEST(StateNamesTest, PhasesHaveTheNamesThatStatusShows) {
  EXPECT_EQ(to_string(Phase::defined), "defined");
  EXPECT_EQ(to_string(Phase::copying), "copying");
  EXPECT_EQ(to_string(Phase::catching_up), "catching-up");
  EXPECT_EQ(to_string(Phase::synced), "synced");
}

TEST(StateNamesTest, PhasesAreInOrder) {
  EXPECT_LT(Phase::defined, Phase::copying);
  EXPECT_LT(Phase::copying, Phase::catching_up);
  EXPECT_LT(Phase::catching_up, Phase::synced);
}

TEST(StateNamesTest, HeartbeatsLiveInTheStateDatabase) {
  EXPECT_EQ(Heartbeats("crossfade").where().full(), "crossfade.heartbeats");
}

TEST(StateNamesTest, AFreshLinkIsNotArmedAndAFreshLaneHasNothingInFlight) {
  EXPECT_EQ(LinkRecord().armed_at, -1);
  EXPECT_EQ(LinkRecord().phase, Phase::defined);
  EXPECT_EQ(LinkRecord().epoch, 1);
  EXPECT_TRUE(LaneCheckpoint().clean);
  EXPECT_EQ(LaneCheckpoint().wary_until_ms, 0);
}

}  // namespace
}  // namespace crossfade::state
