#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollout/client_registry.h"
#include "rollout/guards.h"

namespace crossfade::rollout {

/// A changing verb as asked for by a person. A rollback with neither a percentage nor lists takes
/// everything back to DynamoDB, those on the allow list too.
struct MoveRequest {
  Verb verb = Verb::ramp;
  std::optional<double> percent;    ///< of the subjects on MongoDB; absent: as it is
  std::vector<std::string> allow;   ///< added to the allow list, taken off the deny list
  std::vector<std::string> deny;    ///< added to the deny list, taken off the allow list
  std::vector<std::string> unlist;  ///< taken off both lists
  bool dry_run = false;
  std::vector<std::string> overrides;
  VerifyScope verify = VerifyScope::recent;
  std::int64_t budget_ms = 5'000;
  std::string who;
  std::string reason;
};

/// How long one command of a hand-off took in all, by its name (handoff.h).
struct StepTime {
  std::string step;
  std::int64_t ms = 0;
};

struct MoveAnswer {
  enum class Kind : std::uint8_t {
    done,        ///< exit code 0
    planned,     ///< a dry run: what would be done; 0
    unmet,       ///< guards stand in the way; 2
    undone,      ///< ran out of its budget, or failed before the journal; 3
    completing,  ///< past the journal: it will be completed without anybody; 4
    refused,     ///< by the state, or by another operator's hand-off; 5
  };
  Kind kind = Kind::done;
  std::string sentence;
  std::vector<Guard> guards;
  std::vector<std::string>
      steps;                    ///< of a dry run, in order; and what `complete` leaves to a person
  RuleSet rules;                ///< as they hold now
  std::int64_t fence_ms = 0;    ///< how long writes of the moving subjects were refused
  std::vector<StepTime> took;   ///< of a hand-off: its commands, in order, each once
  std::vector<AtRisk> at_risk;  ///< of an unplanned rollback: before anything was done; by link
  std::string hook_output;      ///< what the hooks printed, bounded; for the audit entry
};
std::string_view to_string(MoveAnswer::Kind kind);

/// What `crossfade next` tells of one verb.
struct VerbState {
  Verb verb = Verb::ramp;
  std::string refusal;  ///< why the phase forbids it; empty: it does not
  std::vector<Guard> guards;
};

/// What applications reported of reads from both sides, since the process began.
struct ShadowFacts {
  std::int64_t equal = 0;
  std::int64_t different = 0;
  std::string last;  ///< one sentence about the last difference; empty: there was none
};

struct GroupView {
  control::GroupState state;
  std::vector<LinkFacts> links;
  ClientFacts clients;
  ShadowFacts shadow;
};

/// A client's renewal of its lease. It is answered at once when there is a newer version than
/// `known`, else when one comes or `wait` has passed.
struct LeaseRequest {
  control::ClientRecord client;  ///< acknowledged: the version whose fence it has fulfilled
  std::int64_t known = 0;
  Milliseconds wait{0};
};

/// One comparison by an application that reads a sample from both sides.
struct ShadowRead {
  std::string link;
  std::string subject;
  std::string key;  ///< DynamoDB JSON, for a person
  bool equal = true;
  std::string difference;  ///< names of attributes, never values
};

/// Everything that the admin endpoint can ask of the groups of a service. All calls on the
/// service's thread. Fault::not_found: no such group; Fault::unavailable: the control table does
/// not answer.
class Groups {
 public:
  virtual ~Groups() = default;

  virtual std::vector<std::string> names() const = 0;
  virtual Result<GroupView> view(const std::string& group) const = 0;
  virtual Result<std::vector<VerbState>> next(const std::string& group) const = 0;
  virtual Task<Result<MoveAnswer>> move(std::string group, MoveRequest request) = 0;
  virtual Task<Result<RuleSet>> lease(std::string group, LeaseRequest request) = 0;
  virtual Task<Result<void>> forget_client(std::string group, std::string client) = 0;
  virtual Result<void> shadow_read(const std::string& group, const ShadowRead& read) = 0;
  virtual std::vector<control::ClientRecord> clients(const std::string& group) const = 0;
  /// Every version of the rules that there ever was, newest first.
  virtual Task<Result<std::vector<control::RuleVersion>>> versions(std::string group,
                                                                   int limit) = 0;
};

}  // namespace crossfade::rollout
