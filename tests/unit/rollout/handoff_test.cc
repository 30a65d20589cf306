#include "rollout/handoff.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace crossfade::rollout {

void PrintTo(Command command, std::ostream* out) {
  *out << to_string(command);
}

namespace {

using control::HandoffStep;
using Kind = Found::Kind;

struct Stop {
  Command command;
  HandoffStep step;
};

const std::vector<Stop> kPlanned{
    {Command::store_fence, HandoffStep::fencing},
    {Command::await_clients, HandoffStep::fencing},
    {Command::store_step, HandoffStep::draining},
    {Command::drain, HandoffStep::draining},
    {Command::store_step, HandoffStep::verifying},
    {Command::verify, HandoffStep::verifying},
    {Command::store_step, HandoffStep::holding},
    {Command::hold, HandoffStep::holding},
    {Command::store_journal, HandoffStep::journaled},
    {Command::store_flip, HandoffStep::releasing},
    {Command::release, HandoffStep::releasing},
    {Command::store_end, HandoffStep::releasing},
    {Command::finish, HandoffStep::releasing},
};
const std::vector<Stop> kUnplanned{
    {Command::store_fence, HandoffStep::fencing},
    {Command::await_clients, HandoffStep::fencing},
    {Command::store_step, HandoffStep::holding},
    {Command::hold, HandoffStep::holding},
    {Command::store_journal, HandoffStep::journaled},
    {Command::store_flip, HandoffStep::releasing},
    {Command::release, HandoffStep::releasing},
    {Command::store_end, HandoffStep::releasing},
    {Command::finish, HandoffStep::releasing},
};
constexpr std::size_t kJournal = 8;  // of kPlanned

bool stores(Command command) {
  return to_string(command).starts_with("store_");
}

Handoff at(std::size_t place) {
  Handoff handoff = Handoff::begin(false);
  for (std::size_t i = 0; i < place; ++i) handoff.on(Done{});
  return handoff;
}

Handoff after(Handoff handoff, const std::vector<Event>& events) {
  for (const Event& event : events) handoff.on(event);
  return handoff;
}

/// Goes on with Done to the end.
Outcome ended(Handoff handoff) {
  for (int i = 0; i < 20 && handoff.outcome() == Outcome::running; ++i) handoff.on(Done{});
  return handoff.outcome();
}

Found under_way(HandoffStep step) {
  return {Kind::under_way, step};
}

TEST(Handoff, GoesThroughItsStepsInOrder) {
  for (const bool unplanned : {false, true}) {
    Handoff handoff = Handoff::begin(unplanned);
    for (const Stop& expected : unplanned ? kUnplanned : kPlanned) {
      EXPECT_EQ(handoff.command(), expected.command);
      EXPECT_EQ(handoff.step(), expected.step) << to_string(expected.command);
      handoff.on(Done{});
    }
    EXPECT_EQ(handoff.outcome(), Outcome::done);
    EXPECT_EQ(handoff.why(), "");
  }
}

TEST(Handoff, IsBoundedByTheBudgetUpToTheJournal) {
  for (std::size_t place = 0; place < kPlanned.size(); ++place) {
    EXPECT_EQ(at(place).bounded(), place <= kJournal) << place;
    EXPECT_EQ(at(place).past_journal(), place > kJournal) << place;
  }
}

TEST(Handoff, AFenceThatWasNeverSentLeavesNothingToUndo) {
  for (const Event& event : {Event{Failed{"No."}}, Event{BudgetSpent{}}}) {
    const Handoff handoff = after(at(0), {event});
    EXPECT_EQ(handoff.command(), Command::finish);
    EXPECT_EQ(handoff.outcome(), Outcome::undone);
    EXPECT_NE(handoff.why(), "");
  }
}

TEST(Handoff, AFailureBeforeTheJournalIsUndone) {
  for (std::size_t place = 1; place <= kJournal; ++place) {
    Handoff handoff = after(at(place), {Failed{"The table is full."}});
    if (stores(kPlanned[place].command)) {
      EXPECT_EQ(handoff.command(), Command::read_again) << place;
      handoff.on(under_way(kPlanned[place - 1].step));
    }
    EXPECT_EQ(handoff.command(), Command::store_undo) << place;
    EXPECT_FALSE(handoff.bounded());
    EXPECT_EQ(ended(handoff), Outcome::undone);
    EXPECT_EQ(handoff.why(), "The table is full.");
  }
}

TEST(Handoff, ASpentBudgetIsUndoneAndSaysWhere) {
  for (std::size_t place = 1; place <= kJournal; ++place) {
    Handoff handoff = after(at(place), {BudgetSpent{}});
    EXPECT_EQ(handoff.command(), Command::store_undo) << place;
    handoff.on(Done{});
    EXPECT_EQ(handoff.command(), Command::release_undone);
    EXPECT_EQ(ended(handoff), Outcome::undone);
  }
  EXPECT_EQ(after(at(1), {BudgetSpent{}}).why(),
            "The budget was spent while the applications had not all acknowledged the fence.");
  EXPECT_EQ(after(at(1), {BudgetSpent{"no word of w3."}}).why(),
            "The budget was spent while the applications had not all acknowledged the fence: no "
            "word of w3.");
}

TEST(Handoff, PastTheJournalFailuresAreRepeatedAfterAPause) {
  for (std::size_t place = kJournal + 1; place + 1 < kPlanned.size(); ++place) {
    Handoff handoff = after(at(place), {BudgetSpent{}});
    EXPECT_EQ(handoff.command(), kPlanned[place].command) << place;
    handoff.on(Failed{"The table does not answer."});
    EXPECT_TRUE(handoff.pause());
    if (stores(kPlanned[place].command)) {
      EXPECT_EQ(handoff.command(), Command::read_again);
      const bool flip = kPlanned[place].command == Command::store_flip;
      handoff.on(under_way(flip ? HandoffStep::journaled : HandoffStep::releasing));
    }
    EXPECT_EQ(handoff.command(), kPlanned[place].command) << place;
    EXPECT_EQ(handoff.why(), "");
    EXPECT_EQ(ended(handoff), Outcome::done);
  }
}

/// Else a table that reads and does not write would be asked without an end, and a stop not heard.
TEST(Handoff, PastTheJournalAWriteInDoubtIsReadAgainAfterAPause) {
  for (std::size_t place = kJournal + 1; place + 1 < kPlanned.size(); ++place) {
    if (!stores(kPlanned[place].command)) continue;
    Handoff handoff = after(at(place), {OutcomeUnknown{}});
    EXPECT_EQ(handoff.command(), Command::read_again) << place;
    EXPECT_TRUE(handoff.pause()) << place;
  }
}

TEST(Handoff, AFailedReadIsRepeatedAfterAPause) {
  Handoff handoff = after(at(2), {OutcomeUnknown{}});
  EXPECT_EQ(handoff.command(), Command::read_again);
  EXPECT_FALSE(handoff.pause());
  handoff.on(Failed{"The table does not answer."});
  EXPECT_EQ(handoff.command(), Command::read_again);
  EXPECT_TRUE(handoff.pause());
  handoff.on(under_way(HandoffStep::draining));
  EXPECT_EQ(handoff.command(), Command::drain);
  EXPECT_FALSE(handoff.pause());
}

/// A write in doubt, what is found to be stored, and what follows from it.
struct Doubt {
  std::size_t place;
  Found found;
  Command command;
  HandoffStep step;
};

TEST(Handoff, AWriteInDoubtIsReadAgain) {
  const Found nothing{Kind::untouched};
  const std::vector<Doubt> doubts{
      {0, nothing, Command::store_fence, HandoffStep::fencing},
      {0, under_way(HandoffStep::fencing), Command::await_clients, HandoffStep::fencing},
      {2, under_way(HandoffStep::fencing), Command::store_step, HandoffStep::draining},
      {2, under_way(HandoffStep::draining), Command::drain, HandoffStep::draining},
      {4, under_way(HandoffStep::draining), Command::store_step, HandoffStep::verifying},
      {4, under_way(HandoffStep::verifying), Command::verify, HandoffStep::verifying},
      {6, under_way(HandoffStep::verifying), Command::store_step, HandoffStep::holding},
      {6, under_way(HandoffStep::holding), Command::hold, HandoffStep::holding},
      {8, under_way(HandoffStep::holding), Command::store_journal, HandoffStep::journaled},
      {8, under_way(HandoffStep::journaled), Command::store_flip, HandoffStep::releasing},
      {9, under_way(HandoffStep::journaled), Command::store_flip, HandoffStep::releasing},
      {9, under_way(HandoffStep::releasing), Command::release, HandoffStep::releasing},
      {11, under_way(HandoffStep::releasing), Command::store_end, HandoffStep::releasing},
      {11, {Kind::moved}, Command::finish, HandoffStep::releasing},
  };
  for (const Doubt& doubt : doubts) {
    Handoff handoff = after(at(doubt.place), {OutcomeUnknown{}});
    EXPECT_EQ(handoff.command(), Command::read_again) << doubt.place;
    EXPECT_FALSE(handoff.bounded());
    handoff.on(BudgetSpent{});
    EXPECT_EQ(handoff.command(), Command::read_again) << doubt.place;
    handoff.on(doubt.found);
    EXPECT_EQ(handoff.command(), doubt.command) << doubt.place;
    EXPECT_EQ(handoff.step(), doubt.step) << doubt.place;
  }
}

TEST(Handoff, AFenceThatMayStillArriveIsUndoneByANewVersion) {
  for (const Event& event : {Event{Failed{"No."}}, Event{BudgetSpent{}}}) {
    Handoff handoff = after(at(0), {OutcomeUnknown{}, Found{Kind::untouched}, event});
    if (handoff.command() == Command::read_again) handoff.on(Found{Kind::untouched});
    EXPECT_EQ(handoff.command(), Command::store_undo);
    handoff.on(OutcomeUnknown{});
    handoff.on(Found{Kind::untouched});
    EXPECT_EQ(handoff.command(), Command::store_undo);
    EXPECT_EQ(ended(handoff), Outcome::undone);
  }
}

TEST(Handoff, AnUndoInDoubtIsSettledByWhatIsStored) {
  const Handoff undoing = after(at(3), {BudgetSpent{}});
  for (const Event& event : {Event{Failed{"Stale."}}, Event{OutcomeUnknown{}}}) {
    const Handoff asked = after(undoing, {event});
    EXPECT_EQ(asked.command(), Command::read_again);
    EXPECT_EQ(after(asked, {Found{Kind::undone}}).command(), Command::release_undone);
    EXPECT_EQ(after(asked, {under_way(HandoffStep::draining)}).command(), Command::store_undo);
  }
}

TEST(Handoff, AJournalEntryThatArrivesBeforeTheUndoIsCompleted) {
  Handoff handoff =
      after(at(8), {OutcomeUnknown{}, under_way(HandoffStep::holding), BudgetSpent{}});
  EXPECT_EQ(handoff.command(), Command::store_undo);
  handoff.on(Failed{"Stale."});
  handoff.on(under_way(HandoffStep::journaled));
  EXPECT_EQ(handoff.command(), Command::store_flip);
  EXPECT_TRUE(handoff.past_journal());
  EXPECT_EQ(handoff.why(), "");
  EXPECT_EQ(ended(handoff), Outcome::done);
}

TEST(Handoff, EndsWhereAnotherProcessHasTakenOver) {
  for (const std::size_t place : {0, 2, 8, 9, 11}) {
    const Handoff handoff = after(at(place), {OutcomeUnknown{}, Found{Kind::taken_over}});
    EXPECT_EQ(handoff.command(), Command::finish);
    EXPECT_EQ(handoff.outcome(), Outcome::superseded);
  }
}

TEST(Handoff, AnUnplannedOneDoesNotWaitForClientsForEver) {
  for (const Event& event : {Event{Failed{"Silent."}}, Event{BudgetSpent{}}}) {
    Handoff handoff = after(Handoff::begin(true), {Done{}, event});
    EXPECT_EQ(handoff.command(), Command::store_step);
    EXPECT_EQ(handoff.step(), HandoffStep::holding);
    EXPECT_EQ(ended(handoff), Outcome::done);
  }
  const Handoff held = after(Handoff::begin(true), {Done{}, Done{}, Done{}, BudgetSpent{}});
  EXPECT_EQ(held.command(), Command::store_undo);
}

TEST(Handoff, AfterACrashTheStoredStepDecides) {
  for (const HandoffStep step :
       {HandoffStep::fencing, HandoffStep::draining, HandoffStep::verifying, HandoffStep::holding,
        HandoffStep::undoing}) {
    const Handoff handoff = Handoff::resumed(step);
    EXPECT_EQ(handoff.command(), Command::store_undo) << to_string(step);
    EXPECT_EQ(ended(handoff), Outcome::undone);
    EXPECT_NE(handoff.why(), "");
  }
  const Handoff journaled = Handoff::resumed(HandoffStep::journaled);
  EXPECT_EQ(journaled.command(), Command::store_flip);
  EXPECT_EQ(ended(journaled), Outcome::done);
  const Handoff releasing = Handoff::resumed(HandoffStep::releasing);
  EXPECT_EQ(releasing.command(), Command::release);
  EXPECT_EQ(ended(releasing), Outcome::done);
  EXPECT_EQ(releasing.why(), "");
}

TEST(Handoff, AnEventThatDoesNotAnswerTheCommandChangesNothing) {
  EXPECT_EQ(after(at(0), {under_way(HandoffStep::journaled)}).command(), Command::store_fence);
  EXPECT_EQ(after(at(1), {OutcomeUnknown{}}).command(), Command::await_clients);
  EXPECT_EQ(after(at(2), {OutcomeUnknown{}, Done{}}).command(), Command::read_again);
  EXPECT_EQ(after(at(12), {Failed{"Late."}}).outcome(), Outcome::done);
}

}  // namespace
}  // namespace crossfade::rollout
