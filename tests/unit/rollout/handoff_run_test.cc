// What the shell of a hand-off stores before which effect, and what it makes of a store that
// refuses, is in doubt, or belongs to another process by now.
#include "rollout/handoff_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/unit/rollout/shell_fixture.h"

namespace crossfade::rollout {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = MoveAnswer::Kind;
using Names = std::vector<std::string>;

fakes::Reply unavailable() {
  return {.status = 500, .body = R"({"__type":"InternalServerError","message":"said"})"};
}

class HandoffRunTest : public ShellTest {
 protected:
  HandoffRunTest() : group(make_group("p1")) { open(group); }

  /// A ramp that goes as far as `last`, and then as `rest` says.
  void expect_notes(const std::string& last, const Names& rest) {
    Names wanted = ramp_until(last);
    wanted.insert(wanted.end(), rest.begin(), rest.end());
    EXPECT_THAT(notes.all(), ElementsAreArray(wanted));
  }

  Group& group;
};

std::int64_t took(const MoveAnswer& told, const std::string& step) {
  const auto found = std::ranges::find(told.took, step, &StepTime::step);
  return found == told.took.end() ? -1 : found->ms;
}

const Names kUndone = {"store -, version 3", "hook after_undo", "release"};

TEST_F(HandoffRunTest, EachStepIsStoredBeforeItTakesEffect) {
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::done) << told.sentence;
  expect_notes("hook after_flip", {});
  EXPECT_EQ(told.rules.version, 3);
  EXPECT_EQ(told.rules.rule.percent, 50);
  EXPECT_EQ(told.hook_output, "said before_fence\nsaid before_journal\nsaid after_flip\n");
  EXPECT_EQ(hooks.told["before_journal"]["CROSSFADE_TO_PERCENT"], "50");
  EXPECT_THAT(told.at_risk, IsEmpty());
  EXPECT_FALSE(group.state().handoff);
  EXPECT_EQ(group.state().rules.epoch, 2);
}

TEST_F(HandoffRunTest, AFailureBeforeTheJournalUndoesItAndSaysWhy) {
  for (const std::string where : {"drain dynamodb", "verify", "hold"}) {
    pair.fails = {{where, fail(Fault::unavailable, "Nothing answers.")}};
    notes.clear();
    const MoveAnswer told = move(group, ramp(50));
    EXPECT_EQ(told.kind, Kind::undone) << where;
    EXPECT_THAT(told.sentence, HasSubstr("Nothing answers."));
    const Names all = notes.all();
    EXPECT_THAT(all, testing::Not(testing::Contains(HasSubstr("adopt")))) << where;
    EXPECT_EQ(all.back(), "release") << where;
    EXPECT_EQ(group.state().rules.rule.percent, 0);
    EXPECT_EQ(group.state().rules.next, std::nullopt);
    EXPECT_EQ(group.state().rules.version, memory.state()["rules"]["version"]);
  }
  EXPECT_EQ(group.state().rules.version, 7) << "none is used twice";
}

TEST_F(HandoffRunTest, ADifferenceUndoesIt) {
  pair.verification = {100, 2, "orders/7 differs."};
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence,
              HasSubstr("2 of 100 compared keys of link \"orders\" differ: orders/7 differs."));
  expect_notes("verify", kUndone);
}

TEST_F(HandoffRunTest, AHookBeforeTheFenceStopsItBeforeAnythingMoves) {
  hooks.fails = {{"before_fence", fail(Fault::invalid, "The hook said no.", "not tonight")}};
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence, HasSubstr("The hook said no."));
  EXPECT_EQ(told.hook_output, "not tonight");
  EXPECT_THAT(notes.all(), ElementsAre("hook before_fence"));
  EXPECT_EQ(group.state().rules.version, 1);
}

TEST_F(HandoffRunTest, AHookBeforeTheJournalStopsIt) {
  hooks.fails = {{"before_journal", fail(Fault::invalid, "The hook said no.", "too many")}};
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_EQ(told.hook_output, "said before_fence\ntoo manysaid after_undo\n");
  expect_notes("hook before_journal", kUndone);
}

TEST_F(HandoffRunTest, AHookAfterTheFlipStopsNothing) {
  hooks.fails = {{"after_flip", fail(Fault::invalid, "The hook said no.", "oh")}};
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::done);
  EXPECT_THAT(told.hook_output, HasSubstr("oh"));
  EXPECT_EQ(group.state().rules.rule.percent, 50);
}

TEST_F(HandoffRunTest, ASpentBudgetUndoesIt) {
  pair.drained = [] { return false; };
  MoveRequest request = ramp(50);
  request.budget_ms = 100;
  const MoveAnswer told = move(group, request);
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence, HasSubstr("The budget was spent while the retiring side"));
  expect_notes("drain dynamodb", kUndone);
  EXPECT_GE(told.fence_ms, 100);
  EXPECT_GE(took(told, "drain"), 90);
}

/// Also one that comes while the control table is being read.
TEST_F(HandoffRunTest, AnAcknowledgementEndsTheWait) {
  LeaseRequest request;
  request.client.id = "web-1";
  request.client.acknowledged = group.state().rules.version;
  ASSERT_TRUE(run(group.lease(request)));
  memory.read_delay = [](const std::string&) { return Milliseconds(60); };
  request.client.acknowledged = 2;
  boost::asio::steady_timer later(io, Milliseconds(90));
  later.async_wait([&](const boost::system::error_code&) {
    boost::asio::co_spawn(io, group.lease(request), boost::asio::detached);
  });
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::done) << told.sentence;
  EXPECT_LT(took(told, "await_clients"), 340);
  rest(Milliseconds(200));
}

/// Two links: what a hand-off asks of one it asks of both.
class HandoffOfTwo : public ShellTest {
 protected:
  HandoffOfTwo() {
    links.push_back(&carts);
    group = &make_group("p1");
    open(*group);
  }

  std::ptrdiff_t noted(const std::string& what) const {
    const Names all = notes.all();
    return std::ranges::count(all, what);
  }

  FakePair carts{notes, "carts"};
  Group* group = nullptr;
};

TEST_F(HandoffOfTwo, AllLinksDrainAtOnce) {
  pair.drained = [&] { return noted("drain dynamodb") == 2; };
  EXPECT_EQ(move(*group, ramp(50)).kind, Kind::done);
  EXPECT_EQ(noted("verify"), 2);
  EXPECT_EQ(noted("hold"), 2);
  EXPECT_EQ(noted("release"), 2);
}

TEST_F(HandoffOfTwo, TheFirstFailureEndsTheOther) {
  pair.drained = [] { return false; };
  carts.fails = {{"drain dynamodb", fail(Fault::unavailable, "Nothing answers.")}};
  const MoveAnswer told = move(*group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence, HasSubstr("Nothing answers."));
  EXPECT_LT(told.fence_ms, 4'000) << "less than its budget";
}

TEST_F(HandoffOfTwo, ADifferenceOfEitherUndoesIt) {
  carts.verification = {100, 2, "carts/7 differs."};
  const MoveAnswer told = move(*group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence, HasSubstr("link \"carts\" differ: carts/7 differs."));
}

TEST_F(HandoffRunTest, AStopBeforeTheJournalUndoesIt) {
  pair.calls["drain dynamodb"] = [this] { stop.request(); };
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::undone);
  EXPECT_THAT(told.sentence, HasSubstr("stopped"));
  expect_notes("drain dynamodb", kUndone);
}

TEST_F(HandoffRunTest, AStopPastTheJournalLeavesItToTheNextProcess) {
  memory.instead = [this](const std::string& note) -> MemoryTable::Answer {
    if (!note.starts_with("store releasing")) return std::nullopt;
    boost::asio::post(io, [this] { stop.request(); });
    return unavailable();
  };
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::completing) << told.sentence;
  expect_notes("store journaled, version 2, journal", {});
  EXPECT_EQ(memory.state()["handoff"]["step"], "journaled");
}

TEST_F(HandoffRunTest, WhatMustSucceedIsRepeated) {
  int failures = 2;
  memory.instead = [&](const std::string& note) -> MemoryTable::Answer {
    if (!note.starts_with("store releasing") || failures-- <= 0) return std::nullopt;
    return unavailable();
  };
  EXPECT_EQ(move(group, ramp(50)).kind, Kind::done);
  expect_notes("hook after_flip", {});
}

/// The reply to each write in turn is lost: whether it took effect is read before anything follows.
TEST_F(HandoffRunTest, AWriteInDoubtThatLandedCounts) {
  for (const std::string lost : {"store fencing", "store draining", "store verifying",
                                 "store holding", "store journaled", "store releasing"}) {
    memory.heard = [&](const std::string& note) -> MemoryTable::Answer {
      if (!note.starts_with(lost)) return std::nullopt;
      return fakes::Reply{.act = fakes::Reply::Act::close};
    };
    const double percent = group.state().rules.rule.percent + 10;
    const MoveAnswer told = move(group, ramp(percent));
    EXPECT_EQ(told.kind, Kind::done) << lost << ": " << told.sentence;
    EXPECT_EQ(memory.state()["rules"]["rule"]["percent"], percent) << lost;
    EXPECT_EQ(group.state().rules.version, memory.state()["rules"]["version"]) << lost;
  }
}

TEST_F(HandoffRunTest, AWriteInDoubtThatDidNotLandIsSentAgain) {
  for (const std::string lost : {"store fencing", "store journaled", "store releasing"}) {
    bool once = true;
    memory.instead = [&](const std::string& note) -> MemoryTable::Answer {
      if (!note.starts_with(lost) || !std::exchange(once, false)) return std::nullopt;
      return fakes::Reply{.act = fakes::Reply::Act::close};
    };
    const double percent = group.state().rules.rule.percent + 10;
    const MoveAnswer told = move(group, ramp(percent));
    EXPECT_EQ(told.kind, Kind::done) << lost << ": " << told.sentence;
    EXPECT_FALSE(once) << lost;
  }
}

TEST_F(HandoffRunTest, AnotherProcessThatTookOverDecides) {
  pair.calls["verify"] = [this] { memory.take_over("p2"); };
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::refused);
  EXPECT_THAT(told.sentence, HasSubstr("Another process drives the group"));
  expect_notes("verify", {});
  EXPECT_EQ(memory.state()["handoff"]["step"], "verifying") << "left as it was";
  EXPECT_EQ(memory.state()["owner"], "p2");
}

TEST_F(HandoffRunTest, AnotherProcessThatTookOverPastTheJournalDecidesToo) {
  memory.heard = [this](const std::string& note) -> MemoryTable::Answer {
    if (note.starts_with("store journaled")) memory.take_over("p2");
    return std::nullopt;
  };
  const MoveAnswer told = move(group, ramp(50));
  EXPECT_EQ(told.kind, Kind::refused) << told.sentence;
  EXPECT_THAT(notes.all(), testing::Not(testing::Contains("release")));
  EXPECT_THAT(notes.all(), testing::Not(testing::Contains(HasSubstr("adopt"))));
}

TEST_F(HandoffRunTest, AnUnplannedRollbackNeedsNoMongoDbAndStaysStranded) {
  ASSERT_EQ(move(group, ramp(50)).kind, Kind::done);
  notes.clear();
  pair.facts_told.trouble = "No answer.";
  pair.facts_told.at_risk = {"orders", 5, 7, 9};
  const MoveAnswer told = move(group, verb(Verb::rollback_unplanned));
  EXPECT_EQ(told.kind, Kind::done) << told.sentence;
  EXPECT_THAT(notes.all(),
              ElementsAre("hook before_fence", "store fencing, version 4",
                          "store holding, version 4", "hold without MongoDB", "hook before_journal",
                          "store journaled, version 4, journal", "store releasing, version 5",
                          "adopt version 5, epoch 3, behind rollback --unplanned",
                          "store -, version 5", "hook after_flip"));
  ASSERT_TRUE(group.state().stranded);
  EXPECT_EQ(group.state().stranded->barriers.at("orders").backward, 20);
  ASSERT_EQ(told.at_risk.size(), 1U);
  EXPECT_EQ(told.at_risk[0].waiting, 7);
}

}  // namespace
}  // namespace crossfade::rollout
