// A group in its process: what it finds at the start, what it keeps, and what it says when another
// process has taken it over.
#include "rollout/group.h"

#include <nlohmann/json.hpp>

#include "tests/unit/rollout/shell_fixture.h"

namespace crossfade::rollout {
namespace {

using control::GroupPhase;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = MoveAnswer::Kind;

using GroupTest = ShellTest;

/// The process ends, as far as the control table can see, when it wants to write this.
MemoryTable::Answer ends_at(const std::string& note, const std::string& last, Stop& stop,
                            boost::asio::io_context& io) {
  if (!note.starts_with(last)) return std::nullopt;
  boost::asio::post(io, [&stop] { stop.request(); });
  return fakes::Reply{.status = 500, .body = R"({"__type":"InternalServerError"})"};
}

TEST_F(GroupTest, BeginsWhereThereIsNone) {
  Group& group = make_group("p1");
  ASSERT_TRUE(run(group.open()));
  EXPECT_THAT(notes.all(), ElementsAre("store -, version 1", "adopt version 1, epoch 1"));
  EXPECT_EQ(group.state().phase, GroupPhase::defined);
  EXPECT_EQ(memory.state()["owner"], "p1");
  EXPECT_THAT(group.state().rules.rule.salt, testing::StartsWith("shop-"));
}

TEST_F(GroupTest, TheNextProcessTakesItOverAsItIs) {
  Group& first = make_group("p1");
  open(first);
  ASSERT_EQ(move(first, ramp(50)).kind, Kind::done);
  notes.clear();
  Group& second = make_group("p2");
  ASSERT_TRUE(run(second.open()));
  EXPECT_THAT(notes.all(),
              ElementsAre("store -, version 3", "adopt version 3, epoch 2, behind ramp"));
  EXPECT_EQ(second.state().rules, first.state().rules);
  EXPECT_EQ(memory.state()["owner"], "p2");
}

TEST_F(GroupTest, ItsLinksWriteToDynamoDbAtOnceIfTheFormerProcessHasEnded) {
  open(make_group("p1"));
  EXPECT_TRUE(pair.given->check()) << "there was none";
  open(make_group("p1"));
  EXPECT_TRUE(pair.given->check()) << "itself";
  ended = {"p0", "p1"};
  open(make_group("p2"));
  EXPECT_TRUE(pair.given->check());
}

TEST_F(GroupTest, ElseWhenWhateverThatOneSendsMustHaveLanded) {
  open(make_group("p1"));
  ended = {"p0"};
  open(make_group("p2"));
  const std::int64_t begins = clock.wall_ms() + (OwnerLease::kLength + kRequestLife).count();
  EXPECT_FALSE(pair.given->check());
  EXPECT_NEAR(static_cast<double>(pair.given->begins_ms()), static_cast<double>(begins), 1'000);
}

/// The answer to its first write was lost, so it finds its own name when it tries again.
TEST_F(GroupTest, AlsoWhenItsFirstWriteWasInDoubt) {
  open(make_group("p1"));
  Group& second = make_group("p2");
  memory.heard = [](const std::string&) { return fakes::Reply{.act = fakes::Reply::Act::close}; };
  EXPECT_FALSE(run(second.open()));
  EXPECT_EQ(memory.state()["owner"], "p2");
  memory.heard = nullptr;
  ASSERT_TRUE(run(second.open()));
  EXPECT_FALSE(pair.given->check());
}

/// Clients of the process before ask again at once, while the links are still being set up.
TEST_F(GroupTest, BeforeItIsOpenedItGrantsAndMovesNothingAndTakesNobodyForTheOwner) {
  Group& first = make_group("p1");
  open(first);
  Group& second = make_group("p2");
  EXPECT_THAT(refusal_of_lease(second), HasSubstr("is not open yet"));
  for (const Verb one : {Verb::rollback, Verb::cancel, Verb::complete}) {
    const MoveAnswer told = move(second, verb(one));
    EXPECT_EQ(told.kind, Kind::refused);
    EXPECT_THAT(told.sentence, HasSubstr("\"shop\" is not open yet"));
  }
  EXPECT_THAT(notes.all(), IsEmpty());
  ASSERT_TRUE(run(second.open()));
  EXPECT_EQ(refusal_of_lease(second), "granted");
}

// ---- what an earlier process left

class LeftBehind : public ShellTest {
 protected:
  /// A process that ends when it wants to write `last`; then the next one opens the group.
  Group& next_after(const std::string& last) {
    Group& first = make_group("p1");
    open(first);
    Stop& ending = stop;
    memory.instead = [this, last, &ending](const std::string& note) {
      return ends_at(note, last, ending, io);
    };
    move(first, ramp(50));
    memory.instead = nullptr;
    notes.clear();
    return make_group("p2", later);
  }
};

TEST_F(LeftBehind, ItIsCompletedPastTheJournal) {
  Group& next = next_after("store releasing");
  ASSERT_TRUE(run(next.open()));
  EXPECT_THAT(notes.all(),
              ElementsAre("store journaled, version 2", "store releasing, version 3",
                          "adopt version 3, epoch 2, behind ramp", "release", "store -, version 3",
                          "hook after_flip", "adopt version 3, epoch 2, behind ramp"));
  EXPECT_EQ(next.state().rules.rule.percent, 50);
}

TEST_F(LeftBehind, ItIsUndoneBeforeTheJournal) {
  Group& first = make_group("p1");
  open(first);
  pair.calls["verify"] = [this] { memory.take_over("nobody"); };
  move(first, ramp(50));
  notes.clear();
  Group& next = make_group("p2", later);
  ASSERT_TRUE(run(next.open()));
  EXPECT_THAT(notes.all(), ElementsAre("store verifying, version 2", "store -, version 3",
                                       "hook after_undo", "release", "adopt version 3, epoch 1"));
  EXPECT_EQ(next.state().rules.rule.percent, 0);
  EXPECT_EQ(next.state().rules.next, std::nullopt);
}

TEST_F(LeftBehind, AStrandedRangeIsGivenToTheLinksAgain) {
  Group& first = make_group("p1");
  open(first);
  ASSERT_EQ(move(first, ramp(50)).kind, Kind::done);
  pair.facts_told.trouble = "No answer.";
  ASSERT_EQ(move(first, verb(Verb::rollback_unplanned)).kind, Kind::done);
  notes.clear();
  Group& next = make_group("p2");
  ASSERT_TRUE(run(next.open()));
  EXPECT_THAT(notes.all(), Contains("strand at 20"));
  pair.facts_told.trouble = "";
  const MoveAnswer told = move(next, verb(Verb::recover));
  EXPECT_EQ(told.kind, Kind::done) << told.sentence;
  EXPECT_THAT(told.sentence, HasSubstr("5 changes were stranded on MongoDB; 3 of them"));
  EXPECT_FALSE(next.state().stranded);
}

// ---- by itself

TEST_F(GroupTest, IsSyncedOnceItsLinksAre) {
  Group& group = make_group("p1");
  pair.facts_told.synced = false;
  ASSERT_TRUE(run(group.open()));
  notes.clear();
  boost::asio::co_spawn(io, group.run(), boost::asio::detached);
  rest(Milliseconds(100));
  EXPECT_EQ(group.state().phase, GroupPhase::defined);
  EXPECT_THAT(notes.all(), IsEmpty());
  pair.facts_told.synced = true;
  rest(Milliseconds(1'500));
  EXPECT_EQ(group.state().phase, GroupPhase::synced);
  EXPECT_THAT(notes.all(), ElementsAre("store -, version 1"));
  stop.request();
  rest(Milliseconds(50));
}

// ---- another process

TEST_F(GroupTest, OneThatWasTakenOverGrantsAndMovesNothing) {
  Group& first = make_group("p1");
  open(first);
  Group& second = make_group("p2");
  open(second);
  rest(Milliseconds(150));  // until what is held must be confirmed
  EXPECT_THAT(refusal_of_lease(first), HasSubstr("Another process drives the group"));
  EXPECT_EQ(refusal_of_lease(second), "granted");
  ASSERT_TRUE(run(second.forget_client("web-1")));
  notes.clear();
  for (const Verb one : {Verb::ramp, Verb::rollback, Verb::cancel}) {
    MoveRequest request = verb(one);
    if (one == Verb::ramp) request.percent = 50;
    const MoveAnswer told = move(first, request);
    EXPECT_EQ(told.kind, Kind::refused);
  }
  EXPECT_THAT(notes.all(), IsEmpty());
  EXPECT_EQ(move(second, ramp(50)).kind, Kind::done);
}

TEST_F(GroupTest, ItsVerbLosesAgainstThatOfTheProcessThatTookOver) {
  Group& first = make_group("p1");
  open(first);
  Group& second = make_group("p2");
  open(second);
  const MoveAnswer told = move(first, ramp(50));
  EXPECT_EQ(told.kind, Kind::refused);
  EXPECT_EQ(told.sentence, "Another process drives the group now; it decides what comes of it.");
  EXPECT_THAT(notes.all(), ElementsAre("hook before_fence"));
  EXPECT_EQ(move(first, ramp(50)).sentence, "Another crossfade process drives group \"shop\" now.");
}

TEST_F(GroupTest, TakenOverWhileItIsIdleItEndsAndSaysSo) {
  Group& first = make_group("p1");
  open(first);
  memory.take_over("p2");
  const auto ended = run(first.run());
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().fault, Fault::stale);
  EXPECT_EQ(ended.error().message,
            "Another crossfade process drives group \"shop\" now, so this one has stopped the "
            "group's links.");
}

/// The table's answer to a renewal was on its way while a verb replaced the state.
TEST_F(GroupTest, AReadThatAWriteHasOvertakenTakesNothingBack) {
  Group& group = make_group("p1");
  open(group);
  rest(Milliseconds(150));  // until what is held must be confirmed
  memory.read_delay = [](const std::string& call) {
    return Milliseconds(call == "GetItem" ? 400 : 0);
  };
  std::string leased;
  LeaseRequest request;
  request.client.id = "web-1";
  boost::asio::co_spawn(io, group.lease(request), [&](std::exception_ptr, Result<RuleSet> granted) {
    leased = granted ? "granted" : granted.error().message;
  });
  rest(Milliseconds(100));
  EXPECT_EQ(move(group, verb(Verb::cancel)).kind, Kind::done);
  EXPECT_EQ(leased, "") << "the read is still on its way";
  rest(Milliseconds(1'000));
  EXPECT_EQ(leased, "granted");
  EXPECT_EQ(group.state().phase, GroupPhase::cancelled);
}

// ---- verbs that move nobody

TEST_F(GroupTest, ADryRunStoresNothing) {
  Group& group = make_group("p1");
  open(group);
  MoveRequest request = ramp(50);
  request.dry_run = true;
  const MoveAnswer told = move(group, request);
  EXPECT_EQ(told.kind, Kind::planned);
  EXPECT_GT(told.steps.size(), 5U);
  EXPECT_THAT(notes.all(), IsEmpty());
}

TEST_F(GroupTest, ADryRunOfAnUnplannedRollbackTellsTheRisk) {
  Group& group = make_group("p1");
  open(group);
  ASSERT_EQ(move(group, ramp(50)).kind, Kind::done);
  notes.clear();
  pair.facts_told.at_risk = {"orders", 5, 7, 9};
  MoveRequest request = verb(Verb::rollback_unplanned);
  request.dry_run = true;
  const MoveAnswer unmet = move(group, request);
  EXPECT_EQ(unmet.kind, Kind::unmet);
  request.overrides = {"mongodb_gone"};
  const MoveAnswer planned = move(group, request);
  EXPECT_EQ(planned.kind, Kind::planned);
  for (const MoveAnswer& told : {unmet, planned}) {
    ASSERT_EQ(told.at_risk.size(), 1U);
    EXPECT_EQ(told.at_risk[0].link, "orders");
    EXPECT_EQ(told.at_risk[0].last_applied_ms, 5);
    EXPECT_EQ(told.at_risk[0].waiting, 7);
    EXPECT_EQ(told.at_risk[0].read_until_ms, 9);
  }
  EXPECT_THAT(notes.all(), IsEmpty());
}

TEST_F(GroupTest, AHookHearsThatTheMoveIsCompleteAndStopsNothing) {
  Group& group = make_group("p1");
  open(group);
  ASSERT_EQ(move(group, ramp(100)).kind, Kind::done);
  notes.clear();
  hooks.fails = {{"after_complete", fail(Fault::invalid, "It failed.", "it said")}};
  const MoveAnswer told = move(group, verb(Verb::complete));
  EXPECT_EQ(told.kind, Kind::done);
  EXPECT_EQ(told.hook_output, "it said");
  EXPECT_THAT(notes.all(), ElementsAre("store -, version 3", "hook after_complete"));
  EXPECT_EQ(hooks.told["after_complete"]["CROSSFADE_GROUP"], "shop");
  EXPECT_EQ(group.state().phase, GroupPhase::completed);
}

TEST_F(GroupTest, WhatCouldNotBeStoredIsNoComplete) {
  Group& group = make_group("p1");
  open(group);
  ASSERT_EQ(move(group, ramp(100)).kind, Kind::done);
  notes.clear();
  memory.take_over("p2");
  EXPECT_EQ(move(group, verb(Verb::complete)).kind, Kind::refused);
  EXPECT_THAT(notes.all(), IsEmpty()) << "no hook hears of it";
}

// ---- clients

TEST_F(GroupTest, AnAcknowledgementInTheTableCountsBeforeItIsAskedFor) {
  Group& group = make_group("p1");
  open(group);
  LeaseRequest request;
  request.client.id = "web-1";
  ASSERT_TRUE(run(group.lease(request)));
  MoveRequest wish = ramp(50);
  wish.dry_run = true;
  EXPECT_EQ(move(group, wish).sentence, "Guards stand in the way: clients_behind.");
  control::ClientRecord own = request.client;
  own.acknowledged = group.state().rules.version;
  own.seen_ms = clock.wall_ms();
  ASSERT_TRUE(run(table->put_client("shop", own)));
  EXPECT_EQ(move(group, wish).kind, Kind::planned);
}

TEST_F(GroupTest, ASilentClientIsAGuardUntilItsRecordShowsThatItLives) {
  Group& group = make_group("p1");
  open(group);
  LeaseRequest request;
  request.client = {.id = "web-1", .lease_ms = 1'000, .acknowledged = 9};
  ASSERT_TRUE(run(group.lease(request)));
  rest(Milliseconds(600));
  MoveRequest wish = ramp(50);
  wish.budget_ms = 1'000;
  wish.dry_run = true;
  const MoveAnswer silent = move(group, wish);
  EXPECT_EQ(silent.kind, Kind::unmet);
  EXPECT_EQ(silent.sentence, "Guards stand in the way: silent_leases.");
  control::ClientRecord renewed = request.client;
  renewed.seen_ms = clock.wall_ms();
  ASSERT_TRUE(run(table->put_client("shop", renewed)));
  EXPECT_EQ(move(group, wish).kind, Kind::planned);
}

}  // namespace
}  // namespace crossfade::rollout
