#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rollout/group_context.h"
#include "rollout/groups.h"
#include "rollout/owner_lease.h"

namespace crossfade::rollout {

/// The state of one group as this process holds it: read from the control table once, from then on
/// written there before anything follows from it. One thread only.
class GroupStore {
 public:
  GroupStore(GroupOptions options, GroupContext& context, const Executor& executor);

  /// Reads the state or begins it, and makes this process its owner. Its lease begins at once, or,
  /// after a process that may still live, when that one's last write must have landed.
  Task<Result<void>> open();
  /// Stores `next` (see ControlTable::replace); on success it is the state. Fault::stale: what is
  /// stored has changed, by a write of ours that was in doubt or by another process, and was read
  /// again where possible. See lost().
  Task<Result<void>> store(control::GroupState next, bool versioned, bool journal = false);
  /// What is stored now, unless a write of ours has overtaken the reading. Fault::stale: another
  /// process drives the group.
  Task<Result<void>> reload();
  /// Reads again unless what is held was stored or read a moment ago: so that a process which was
  /// superseded while it was idle grants nothing by old rules. Fault::unavailable before open().
  Task<Result<void>> confirm();

  const GroupOptions& options() const { return options_; }
  GroupContext& context() const { return context_; }
  const control::GroupState& state() const { return state_; }
  /// Shared with the links, which outlive the groups.
  std::shared_ptr<const OwnerLease> lease() const { return lease_; }
  /// Another process has taken the group over: this one never writes again.
  bool lost() const { return lost_; }
  /// Notified when the state has changed.
  Signal& changed() { return changed_; }

 private:
  control::GroupState first_state() const;
  bool may_live(const std::string& process) const;
  void take_in(control::GroupState state);

  GroupOptions options_;
  GroupContext& context_;
  control::GroupState state_;
  Signal changed_;
  std::shared_ptr<OwnerLease> lease_;
  bool follows_stranger_ = false;  ///< the owner before, also where our first write was in doubt
  std::int64_t confirmed_ms_ = 0;  ///< steady
  bool lost_ = false;
};

/// A group of links whose write authority moves together: its stored state, the clients of its
/// rules, and the verbs.
class Group {
 public:
  Group(GroupOptions options, GroupContext& context, std::vector<LinkedPair*> links, Stop& parent);

  /// Before any link of the group applies anything: finds the state, ends what an earlier process
  /// left half done (undone before the journal, completed after it), and gives the links their
  /// rules. Dying in here leads to the same at the next start.
  Task<Result<void>> open();
  /// Keeps the phase and the clients up to date until the stop. Fault::stale: another process has
  /// taken the group over, and this one must stop driving its links.
  Task<Result<void>> run();

  const std::string& name() const { return store_.options().name; }
  /// open() has found the state.
  bool opened() const { return state().revision > 0; }
  const control::GroupState& state() const { return store_.state(); }
  GroupFacts facts(std::int64_t budget_ms) const;
  std::vector<VerbState> next() const;
  std::vector<control::ClientRecord> clients() const { return registry_.records(); }

  Task<MoveAnswer> move(MoveRequest request);
  Task<Result<RuleSet>> lease(LeaseRequest request);
  Task<Result<void>> forget_client(std::string client);
  /// What an application saw when it read from both sides: counted, and a difference is logged.
  void shadow_read(const ShadowRead& read);
  const ShadowFacts& shadow() const { return shadow_; }

 private:
  std::optional<MoveAnswer> refused(const MoveRequest& request, const Wish& wish) const;
  Task<MoveAnswer> decide(MoveRequest request);
  std::vector<AtRisk> at_risk(Verb verb) const;
  Task<MoveAnswer> perform(MoveRequest request, Wish wish);
  Task<MoveAnswer> hand_over(MoveRequest request, Wish wish);
  Task<MoveAnswer> close(MoveRequest request, Wish wish);
  Task<std::string> after_complete(const MoveRequest& request);
  Task<MoveAnswer> recover(MoveRequest request);
  Task<Result<void>> keep_client(control::ClientRecord client);
  Task<Result<void>> end_what_is_left();
  Task<Result<void>> keep_phase();
  Task<void> hear_of_clients();
  Task<Result<void>> drop_expired_clients();
  MoveAnswer answer(MoveAnswer::Kind kind, std::string sentence) const;

  GroupStore store_;
  ClientRegistry registry_;
  std::vector<LinkedPair*> links_;
  Stop stop_;
  ShadowFacts shadow_;
  std::string busy_;  ///< what is under way, for the sentence to a second operator
};

}  // namespace crossfade::rollout
