#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/stop.h"
#include "common/async/task.h"
#include "common/control/group_state.h"
#include "common/model/change.h"
#include "rollout/owner_lease.h"

namespace crossfade::rollout {

/// What an unplanned rollback leaves behind on MongoDB, as far as one link can know.
struct AtRisk {
  std::string link;
  std::int64_t last_applied_ms = 0;  ///< MongoDB's time of the newest change that was applied to
                                     ///< DynamoDB; 0: none since the process began
  std::int64_t waiting = 0;          ///< captured and not yet applied: done from the log first
  std::int64_t read_until_ms = 0;    ///< what MongoDB took later could not be read; 0: not known
};

/// The numbers of one link that guards compare.
struct LinkFacts {
  std::string name;
  bool synced = false;  ///< both directions have once reached the end of their sources
  std::string trouble;  ///< what troubles it at the moment; empty: nothing
  std::int64_t forward_lag_ms = 0;
  std::int64_t backward_lag_ms = 0;
  std::int64_t dead_letters = 0;  ///< items that MongoDB could not take
  std::int64_t irreversible = 0;  ///< documents that DynamoDB cannot hold: backward dead letters
  std::int64_t violations = 0;    ///< ever
  bool proving = false;           ///< every changed key is compared on both sides
  std::int64_t mismatches = 0;    ///< found by that comparison and not yet resolved
  std::string mismatch;           ///< one sentence about the oldest of them
  std::int64_t unproven = 0;      ///< changed keys that wait to be compared
  std::int64_t unproven_ms = 0;   ///< wall time at which the oldest of them changed; 0: none waits
  std::int64_t mismatch_ms = 0;   ///< wall time at which one was seen last; 0: none was seen
  std::int64_t canary_ms = -1;    ///< the longest leg of the canary's last round; -1: there is none
  std::int64_t verified_ms = 0;   ///< wall time of the last verification without a difference
  double stream_headroom_hours =
      0;  ///< DynamoDB's 24 hours less the age of the oldest unread record
  double oplog_headroom_hours = 0;      ///< the oplog's window less the age of our position
  double log_free_fraction = 1;         ///< of the event logs' most bytes
  std::int64_t unsettled_until_ms = 0;  ///< a write of ours with a lost reply may land until then
  AtRisk at_risk;
};

enum class VerifyScope : std::uint8_t {
  recent,  ///< keys that changed in the last minutes and were not found equal since, and a sample
  cohort,  ///< every key of every moving subject, on either side
};

/// What came of the changes that MongoDB had taken and nobody had captured when it was given up.
struct Recovery {
  std::int64_t changes = 0;     ///< found in its change stream
  std::int64_t violations = 0;  ///< of them stored with both images and settled by the policy
  std::int64_t merged = 0;      ///< violations whose changes were laid over DynamoDB's values
  std::int64_t kept = 0;        ///< violations that became DynamoDB's values; the rest was restored
};

struct Verification {
  std::int64_t compared = 0;
  std::int64_t differences = 0;
  std::string first;  ///< one sentence about the first difference
};

/// What a hand-off asks of one link. Its calls run one after the other, several links at once;
/// `limit` ends them with Fault::stopped. Nothing here decides who owns a key: see owner changes in
/// `adopt`.
class LinkedPair {
 public:
  virtual ~LinkedPair() = default;

  virtual const std::string& name() const = 0;
  /// Absent: the key has no subject. Valid once the link is set up.
  virtual std::optional<std::string> subject_of(const Key& key) const = 0;
  virtual LinkFacts facts() const = 0;
  /// Returns when everything that was committed on `from` before the call is applied on the other
  /// side or set aside. DynamoDB has no global position: every open shard is read to an empty tip,
  /// twice, at least the measured propagation time apart. MongoDB: a majority write in the state
  /// database is seen in the change stream.
  virtual Task<Result<void>> drain(Side from, Stop& limit) = 0;
  /// Compares keys whose subjects are fenced under `rules`, with strong reads on both sides.
  virtual Task<Result<Verification>> verify(VerifyScope scope, RuleSet rules, Stop& limit) = 0;
  /// Both applies stop at the present ends of their logs, and both checkpoints are stored there:
  /// what is captured from now on waits. With `reachable` false MongoDB is gone: the backward
  /// direction still applies what its log holds as far as that needs no MongoDB, the forward one
  /// stops, and no checkpoint is stored: the barrier, once it is in the journal, stands for it. A
  /// link that could not even be set up without MongoDB applies nothing, and its barrier is -1.
  /// After a failure the applies may be held: release() then.
  virtual Task<Result<control::Barrier>> hold(bool reachable, Stop& limit) = 0;
  /// The applies go on. Harmless when nothing is held.
  virtual void release() = 0;
  /// Before the applies start: both stop at the barrier of an unplanned rollback, until recover().
  virtual void strand(const control::Barrier& barrier) = 0;
  /// MongoDB is back after an unplanned rollback: everything it has committed is captured, then the
  /// stranded range is applied backward under the present rules (so each change of a moved subject
  /// becomes a violation, settled by the policy), and only then the forward direction goes on: no
  /// image is overwritten before it is kept.
  virtual Task<Result<Recovery>> recover(Stop& limit) = 0;
  /// The link writes to DynamoDB only while the lease holds. Called before the first adopt().
  virtual void drive_under(std::shared_ptr<const OwnerLease> lease) = 0;
  /// Records from now on are judged by `rules`, and tokens carry its epoch. `last` is the last
  /// hand-off that took effect (absent: there was none): records before its barrier are judged by
  /// the rule that it replaced, and a DynamoDB record of before its fence that comes behind the
  /// barrier is a straggler. Called while held, and once before the applies start.
  virtual void adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last) = 0;
};

}  // namespace crossfade::rollout
