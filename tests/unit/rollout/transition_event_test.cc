#include "rollout/transition_event.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace crossfade::rollout {
namespace {

using control::GroupPhase;
using control::GroupState;
using control::HandoffStep;
using nlohmann::json;

GroupState state() {
  GroupState out;
  out.rules.group = "shop";
  out.rules.version = 7;
  out.rules.epoch = 3;
  out.phase = GroupPhase::ramping;
  out.history = {{5, "The group begins.", "crossfade", ""}};
  return out;
}

TEST(TransitionEvent, TellsWhereAGroupStands) {
  GroupState after = state();
  after.handoff.emplace();
  after.handoff->verb = "ramp";
  after.handoff->step = HandoffStep::draining;
  after.history.push_back({6, "A ramp begins.", "anna", "first"});
  const json told = json::parse(transition_json(state(), after, 9));
  EXPECT_EQ(told, json::parse(R"({"at_ms":9,"group":"shop","phase":"ramping","version":7,"epoch":3,
                                  "verb":"ramp","step":"draining","sentence":"The ramp is draining."})"));
  const json ended = json::parse(transition_json(after, state(), 9));
  EXPECT_TRUE(ended["step"].is_null());
  EXPECT_EQ(ended["sentence"], "The group begins.");
}

TEST(TransitionEvent, IsWhatChangesPhaseRulesOrStep) {
  EXPECT_EQ(transition_json(state(), state(), 9), "");
  GroupState noted = state();
  noted.violations_at_last_step = 4;
  EXPECT_EQ(transition_json(state(), noted, 9), "");
  GroupState other = state();
  other.phase = GroupPhase::switched;
  EXPECT_NE(transition_json(state(), other, 9), "");
  other = state();
  other.rules.version = 8;
  EXPECT_NE(transition_json(state(), other, 9), "");
  EXPECT_NE(transition_json(GroupState(), state(), 9), "");
}

}  // namespace
}  // namespace crossfade::rollout
