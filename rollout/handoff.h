#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "common/control/group_state.h"

namespace crossfade::rollout {

/// What the shell must do next for a hand-off. Each names one effect; its outcome comes back as an
/// event before the next command is asked for.
enum class Command : std::uint8_t {
  store_fence,    ///< write version n+1 with `next` and the record at step `fencing`
  await_clients,  ///< until all have acknowledged n+1 (or their leases have ended), and no write of
                  ///< ours with a lost reply may still land
  store_step,     ///< write the record at the step that `step()` names
  drain,          ///< all that was committed before the fence on a retiring side is applied
  verify,         ///< compare the moving subjects' keys on both sides
  hold,           ///< both directions of every link stop at a barrier, durably
  store_journal,  ///< the point of no return: record and barriers, in one transaction
  store_flip,     ///< write version n+2: the rule is the new one, nobody is fenced, epoch + 1
  release,        ///< the directions go on, judging by the new rule
  store_end,      ///< write the state without the record
  store_undo,     ///< write the next version, equal to version n, and the state without the record
  release_undone,  ///< the directions go on as before
  read_again,      ///< a write's outcome is unknown: read the stored state
  finish,          ///< nothing is left to do; see outcome()
};

std::string_view to_string(Command command);

struct Done {};
/// The command failed for good, or was refused; `why` is one sentence.
struct Failed {
  std::string why;
};
struct BudgetSpent {};
/// A conditional write whose reply was lost.
struct OutcomeUnknown {};
/// What read_again found: the record as it is stored now, absent when there is none.
struct Found {
  std::optional<control::HandoffStep> step;
  std::int64_t version = 0;
};
using Event = std::variant<Done, Failed, BudgetSpent, OutcomeUnknown, Found>;

enum class Outcome : std::uint8_t { running, done, undone };

/// One hand-off of write authority, for a ramp and a rollback alike: pure, no clock, no I/O.
/// `command()` is what the shell does next, `on()` takes what came of it.
///
/// Before `store_journal` took effect every failure, a spent budget and a crash lead to
/// `store_undo`; from then on nothing but completion does, and failed writes are repeated until
/// they succeed. A process that finds a stored record begins with `resumed()`.
class Handoff {
 public:
  /// A fresh one. `unplanned`: MongoDB is gone; nobody waits for it, nothing is verified, and the
  /// directions are held where they stand.
  static Handoff begin(bool unplanned);
  /// After a crash, at the stored step.
  static Handoff resumed(control::HandoffStep step);

  Command command() const { return command_; }
  /// The step to be stored by store_fence, store_step, store_journal or store_flip.
  control::HandoffStep step() const { return step_; }
  void on(const Event& event);
  Outcome outcome() const { return outcome_; }
  /// Why it was undone; empty otherwise.
  const std::string& why() const { return why_; }
  /// Nothing leads back any more.
  bool past_journal() const { return past_journal_; }

 private:
  Handoff() = default;

  Command command_ = Command::store_fence;
  Command unsure_ = Command::store_fence;  ///< the write that read_again settles
  control::HandoffStep step_ = control::HandoffStep::fencing;
  Outcome outcome_ = Outcome::running;
  std::string why_;
  bool unplanned_ = false;
  bool past_journal_ = false;
};

}  // namespace crossfade::rollout
