#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/control/group_state.h"

namespace crossfade::rollout {

/// What the shell must do next for a hand-off. Each names one effect; its outcome comes back as an
/// event before the next command is asked for. What each store_* makes of the group's state is in
/// handoff_state.h; each is one conditional write under the revision that was read last.
enum class Command : std::uint8_t {
  store_fence,    ///< version n+1 with `next`, and the record at step `fencing`
  await_clients,  ///< until all have acknowledged n+1 (or their leases have ended), and no write of
                  ///< ours with a lost reply may still land. The stored records of clients are read
                  ///< after the fence is stored: one may have come by itself before
  store_step,     ///< the record at the step that `step()` names
  drain,          ///< all that was committed before on a retiring side is applied
  verify,         ///< compare the moving subjects' keys on both sides
  hold,           ///< both directions of every link stop at a barrier, durably, and no write of
                  ///< ours with a lost reply may still land
  store_journal,  ///< the point of no return: record and barriers, in one transaction
  store_flip,     ///< version n+2: the rule is the new one, nobody is fenced, epoch + 1
  release,        ///< the directions go on, judging by the new rule; cannot fail
  store_end,      ///< the state without the record
  store_undo,     ///< the next version, equal to version n, and the state without the record
  release_undone,  ///< the directions go on as before; cannot fail
  read_again,      ///< read the stored state, strongly consistent
  finish,          ///< nothing is left to do; see outcome()
};

std::string_view to_string(Command command);

/// It took effect.
struct Done {};
/// It did not take effect and never will; `why` is one sentence.
struct Failed {
  std::string why;
};
/// The budget is spent. Of a store_*: it was not sent. `why`: what was waited for; may be empty.
struct BudgetSpent {
  std::string why;
};
/// A write whose reply was lost: it may have taken effect, and may still do so.
struct OutcomeUnknown {};
/// What read_again found; see found_in().
struct Found {
  enum class Kind : std::uint8_t {
    untouched,   ///< nothing of this hand-off is stored
    under_way,   ///< its record is, at `step`
    undone,      ///< it is over, authority did not move
    moved,       ///< it is over, authority moved
    taken_over,  ///< another process drives the group now
  };
  Kind kind = Kind::untouched;
  control::HandoffStep step = control::HandoffStep::fencing;
};
using Event = std::variant<Done, Failed, BudgetSpent, OutcomeUnknown, Found>;

enum class Outcome : std::uint8_t {
  running,
  done,        ///< authority has moved
  undone,      ///< it has not; see why()
  superseded,  ///< another process decides. Whatever is held stays held: this one must stop driving
               ///< the group's links
};

/// One hand-off of write authority, for a ramp and a rollback alike: pure, no clock, no I/O.
/// `command()` is what the shell does next, `on()` takes what came of it; an event that does not
/// answer the command changes nothing.
///
/// Before store_journal took effect every failure, a spent budget and a crash lead to store_undo;
/// afterwards only to completion. A store_* that failed or is in doubt is read again before
/// anything follows from it. What is in doubt and not there is sent again, which is safe while the
/// first attempt may still land: both are under the same revision, so only one of them takes
/// effect, or one of a write and the undo that follows it. store_undo, what comes after the
/// journal, and read_again are repeated until they succeed: after Failed with `pause()` set.
///
/// Process death, by what is stored then: `fencing` to `holding`: undone at the next start;
/// `journaled`: the flip is stored at the next start; `releasing`: only the record is removed.
/// No direction may apply anything before that, see resumed().
class Handoff {
 public:
  /// Where it stands; what each means is a row of the table in handoff.cc.
  // clang-format off
  enum class Place : std::uint8_t {
    fence, await, settled, drain, drained, verify, verified, hold, journal,  // may be undone
    flip, release, end, done,                                                // only completed
    undo, release_undone, undone, superseded
  };
  // clang-format on

  /// A fresh one. `unplanned`: MongoDB is gone. Clients are waited for only as long as the budget
  /// allows (who still writes there writes what `recover` reports), nothing is drained or verified:
  /// `hold` applies what the backward log has. Its budget begins anew after await_clients.
  static Handoff begin(bool unplanned);
  /// After a crash, at the stored step. The applies of the group's links start only when
  /// release, release_undone or finish has come.
  static Handoff resumed(control::HandoffStep step);

  Command command() const;
  /// The step that the command stores, or that is stored meanwhile.
  control::HandoffStep step() const;
  void on(const Event& event);
  Outcome outcome() const;
  /// Why it was undone; empty otherwise. One sentence.
  const std::string& why() const { return why_; }
  /// Nothing leads back any more, as far as is known.
  bool past_journal() const;
  /// The budget counts: the shell reports BudgetSpent instead of doing the command, or ends it.
  bool bounded() const;
  Place place() const { return place_; }
  /// A write whose outcome was unknown may still land.
  bool in_doubt() const { return unsure_; }
  /// The command comes after a failure and would meet it again at once: pause first.
  bool pause() const { return pause_; }

 private:
  explicit Handoff(Place place) : place_(place) {}

  bool storing() const;
  void done();
  void failed(const Failed& failure);
  void spent(const BudgetSpent& spent);
  void unknown();
  void found(const Found& found);
  void found_record(control::HandoffStep stored);
  void go(Place place);
  void give_up(std::string why);

  Place place_;
  bool reading_ = false;  ///< what `place_` tried to store is in doubt
  bool unsure_ = false;
  bool pause_ = false;
  bool unplanned_ = false;
  std::string why_;
};

}  // namespace crossfade::rollout
