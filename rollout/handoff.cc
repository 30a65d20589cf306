#include "rollout/handoff.h"

#include <array>
#include <utility>

namespace crossfade::rollout {
namespace {

using control::HandoffStep;
using Place = Handoff::Place;

/// One row for each place: what is done there, what is stored by it or meanwhile, where to go when
/// it is done, where to go when it failed or the budget is spent, and what was going on.
struct Row {
  Place place;
  Command command;
  HandoffStep step;
  Place done;
  Place trouble;
  std::string_view doing;
};

constexpr auto kRows = std::to_array<Row>({
    {Place::fence, Command::store_fence, HandoffStep::fencing, Place::await, Place::undo,
     "the fence was being stored"},
    {Place::await, Command::await_clients, HandoffStep::fencing, Place::settled, Place::undo,
     "the applications had not all acknowledged the fence"},
    {Place::settled, Command::store_step, HandoffStep::draining, Place::drain, Place::undo,
     "the end of the applications' writes was being stored"},
    {Place::drain, Command::drain, HandoffStep::draining, Place::drained, Place::undo,
     "the retiring side was not drained"},
    {Place::drained, Command::store_step, HandoffStep::verifying, Place::verify, Place::undo,
     "the end of the drain was being stored"},
    {Place::verify, Command::verify, HandoffStep::verifying, Place::verified, Place::undo,
     "the moving subjects were not all compared"},
    {Place::verified, Command::store_step, HandoffStep::holding, Place::hold, Place::undo,
     "the result of the comparison was being stored"},
    {Place::hold, Command::hold, HandoffStep::holding, Place::journal, Place::undo,
     "the directions did not stand at their barriers"},
    {Place::journal, Command::store_journal, HandoffStep::journaled, Place::flip, Place::undo,
     "the journal entry was being stored"},
    {Place::flip, Command::store_flip, HandoffStep::releasing, Place::release, Place::flip, ""},
    {Place::release, Command::release, HandoffStep::releasing, Place::end, Place::release, ""},
    {Place::end, Command::store_end, HandoffStep::releasing, Place::done, Place::end, ""},
    {Place::done, Command::finish, HandoffStep::releasing, Place::done, Place::done, ""},
    {Place::undo, Command::store_undo, HandoffStep::undoing, Place::release_undone, Place::undo,
     ""},
    {Place::release_undone, Command::release_undone, HandoffStep::undoing, Place::undone,
     Place::release_undone, ""},
    {Place::undone, Command::finish, HandoffStep::undoing, Place::undone, Place::undone, ""},
    {Place::superseded, Command::finish, HandoffStep::undoing, Place::superseded, Place::superseded,
     ""},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].place != static_cast<Place>(i)) return false;
  return kRows.size() == static_cast<std::size_t>(Place::superseded) + 1;
}
static_assert(in_order());

const Row& row_of(Place place) {
  return kRows[static_cast<std::size_t>(place)];
}

bool stores(Command command) {
  switch (command) {
    case Command::store_fence:
    case Command::store_step:
    case Command::store_journal:
    case Command::store_flip:
    case Command::store_end:
    case Command::store_undo:
      return true;
    default:
      return false;
  }
}

/// Where a process goes on that finds this step stored.
Place place_after_crash(HandoffStep stored) {
  if (stored == HandoffStep::journaled) return Place::flip;
  if (stored == HandoffStep::releasing) return Place::release;
  return Place::undo;
}

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

Handoff Handoff::begin(bool unplanned) {
  Handoff out(Place::fence);
  out.unplanned_ = unplanned;
  return out;
}

Handoff Handoff::resumed(HandoffStep step) {
  Handoff out(place_after_crash(step));
  if (out.place_ == Place::undo)
    out.why_ = "The service ended during the hand-off, before its point of no return.";
  return out;
}

Command Handoff::command() const {
  return reading_ ? Command::read_again : row_of(place_).command;
}

HandoffStep Handoff::step() const {
  return row_of(place_).step;
}

Outcome Handoff::outcome() const {
  switch (place_) {
    case Place::done:
      return Outcome::done;
    case Place::undone:
      return Outcome::undone;
    case Place::superseded:
      return Outcome::superseded;
    default:
      return Outcome::running;
  }
}

bool Handoff::past_journal() const {
  return place_ >= Place::flip && place_ <= Place::done;
}

bool Handoff::bounded() const {
  return place_ <= Place::journal && !reading_;
}

bool Handoff::storing() const {
  return stores(command());
}

void Handoff::on(const Event& event) {
  if (command() == Command::finish) return;
  pause_ = false;
  std::visit(
      Overloaded{[this](Done) { done(); }, [this](const Failed& e) { failed(e); },
                 [this](const BudgetSpent& e) { spent(e); }, [this](OutcomeUnknown) { unknown(); },
                 [this](const Found& e) { found(e); }},
      event);
}

void Handoff::done() {
  if (reading_) return;
  unsure_ = false;
  const bool straight_to_hold = unplanned_ && place_ == Place::await;
  go(straight_to_hold ? Place::verified : row_of(place_).done);
}

void Handoff::failed(const Failed& failure) {
  const bool in_doubt = storing();
  pause_ = !bounded();
  if (bounded()) give_up(failure.why);
  if (in_doubt && place_ != Place::undone) reading_ = true;
}

void Handoff::spent(const BudgetSpent& spent) {
  if (!bounded()) return;
  std::string why = "The budget was spent while " + std::string(row_of(place_).doing);
  give_up(spent.why.empty() ? why + "." : why + ": " + spent.why);
}

void Handoff::unknown() {
  if (!storing()) return;
  pause_ = !bounded();
  unsure_ = true;
  reading_ = true;
}

void Handoff::give_up(std::string why) {
  if (unplanned_ && place_ == Place::await) return done();
  const bool nothing_sent = place_ == Place::fence && !unsure_;
  why_ = std::move(why);
  go(nothing_sent ? Place::undone : row_of(place_).trouble);
}

void Handoff::go(Place place) {
  place_ = place;
  reading_ = false;
  if (past_journal()) why_.clear();
}

void Handoff::found(const Found& found) {
  if (!reading_) return;
  switch (found.kind) {
    case Found::Kind::untouched:
      return go(place_ == Place::fence ? Place::fence : Place::undo);
    case Found::Kind::under_way:
      return found_record(found.step);
    case Found::Kind::undone:
      return go(Place::release_undone);
    case Found::Kind::moved:
      return go(place_ == Place::end ? Place::done : Place::release);
    case Found::Kind::taken_over:
      return go(Place::superseded);
  }
}

void Handoff::found_record(HandoffStep stored) {
  if (stored == HandoffStep::releasing && place_ == Place::end) return go(Place::end);
  const bool decided = stored >= HandoffStep::journaled || place_ > Place::journal;
  if (decided) return go(place_after_crash(stored));
  go(stored >= step() ? row_of(place_).done : place_);
}

std::string_view to_string(Command command) {
  switch (command) {
    case Command::store_fence:
      return "store_fence";
    case Command::await_clients:
      return "await_clients";
    case Command::store_step:
      return "store_step";
    case Command::drain:
      return "drain";
    case Command::verify:
      return "verify";
    case Command::hold:
      return "hold";
    case Command::store_journal:
      return "store_journal";
    case Command::store_flip:
      return "store_flip";
    case Command::release:
      return "release";
    case Command::store_end:
      return "store_end";
    case Command::store_undo:
      return "store_undo";
    case Command::release_undone:
      return "release_undone";
    case Command::read_again:
      return "read_again";
    case Command::finish:
      return "finish";
  }
  return "";
}

}  // namespace crossfade::rollout
