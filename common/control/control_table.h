#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/control/group_state.h"
#include "common/dynamo/client.h"

namespace crossfade::control {

/// An application process that routes writes by a group's rules.
struct ClientRecord {
  std::string id;
  bool continues = false;  ///< goes on writing when its lease has ended and nobody answers
  std::int64_t lease_ms = 10'000;
  std::int64_t acknowledged = 0;  ///< version of the rules
  std::int64_t seen_ms = 0;       ///< wall time of its last sign of life that was stored
};

/// One version of a group's rules, as it was stored.
struct RuleVersion {
  RuleSet rules;
  std::int64_t at_ms = 0;
  std::string who;
  std::string why;
};

/// One changing call: who, from where, what, why, result.
struct AuditEntry {
  std::string id;  ///< the Idempotency-Key where one was given, else random
  std::string group;
  std::int64_t at_ms = 0;
  std::string who;
  std::string from;
  std::string what;  ///< verb and parameters, one line
  std::string reason;
  std::string result;       ///< one sentence; empty while it runs
  std::string fingerprint;  ///< of the request, to refuse a key that is used for another one
  int status = 0;           ///< of the answer; 0 while it runs
  std::string answer;       ///< body that a repetition gets again; not stored above kMostAnswer
  std::string hook_output;  ///< stored up to kMostText, as the other texts are

  static constexpr std::size_t kMostAnswer = 256U << 10;
  static constexpr std::size_t kMostText = 16U << 10;
};

/// The control table in DynamoDB (hash `pk`, sort `sk`, both texts; on demand). It outlives the
/// loss of MongoDB, and applications read it when the service does not answer. Every write is
/// conditional and may be repeated; every read is strongly consistent. One thread only.
///
///   pk "group/<group>"   sk "state"            {doc: GroupState as JSON, rev: N}
///                        sk "rules/<%019d>"    {doc: RuleSet as JSON, who, why, at}
///                        sk "journal/<%019d>"  {doc: HandoffRecord as JSON}, by epoch
///                        sk "client/<id>"      {mode, lease_ms, acked, seen_ms}
///                        sk "audit/<id>"       {doc: AuditEntry as JSON, at, answer}
class ControlTable {
 public:
  static constexpr std::size_t kMostClients = 10'000;
  static constexpr int kMostAudit = 200;
  static constexpr int kMostVersions = 1'000;
  static constexpr std::size_t kMostVersionBytes = 4U << 20;

  ControlTable(dynamo::Client& client, std::string table, std::string region = {})
      : client_(client), table_(std::move(table)), region_(std::move(region)) {}

  const std::string& name() const { return table_; }
  /// What `crossfade init` does: creates the table and waits until it is active; true if it was
  /// not there. Fault::invalid when there is a table of that name with other keys;
  /// Fault::forbidden, with the command that creates it by hand, when the permission is missing.
  Task<Result<bool>> create();
  /// Whether there is a table of that name; its errors are those of create().
  Task<Result<bool>> is_there();
  /// Fault::not_found, with the sentence that names `crossfade init`, when it is not there.
  Task<Result<void>> check();

  Task<Result<std::optional<GroupState>>> read(std::string group);
  /// Replaces the state if its revision is still `state.revision` (0: it does not exist yet), and
  /// stores a new version of the rules (when `state.rules.version` is new: `versioned`) and a
  /// journal entry (`journal`) in the same transaction. Sets the new revision. Good also when an
  /// earlier attempt landed whose reply was lost. Fault::stale: another process has written it.
  /// Error::outcome_unknown: read it again before going on. Fault::invalid, and nothing is sent,
  /// when the lists of subjects are too long for an item of DynamoDB.
  Task<Result<void>> replace(GroupState& state, bool versioned, bool journal);

  /// Newest first; at most kMostVersions, and no more once kMostVersionBytes of them are read.
  Task<Result<std::vector<RuleVersion>>> versions(std::string group, int limit);
  /// The journal's entry of the hand-off that led to the epoch; absent for the first one.
  Task<Result<std::optional<HandoffRecord>>> last_handoff(std::string group, std::int64_t epoch);

  /// Fault::invalid when there are more than kMostClients.
  Task<Result<std::vector<ClientRecord>>> clients(std::string group);
  /// An acknowledgement that is stored already is never lowered: the client writes here too.
  Task<Result<void>> put_client(std::string group, ClientRecord client);
  /// Good when it is not there. With `seen_ms` only if the client was not seen after that: so a
  /// client that has just come back is not removed for having been away.
  Task<Result<void>> forget_client(std::string group, std::string id,
                                   std::optional<std::int64_t> seen_ms = std::nullopt);

  /// Fault::duplicate_key when the id is there: then `audit_entry` has it.
  Task<Result<void>> begin_audit(AuditEntry entry);
  Task<Result<void>> end_audit(AuditEntry entry);
  Task<Result<std::optional<AuditEntry>>> audit_entry(std::string group, std::string id);
  /// Newest first, without their `answer`; at most kMostAudit.
  Task<Result<std::vector<AuditEntry>>> audit(std::string group, int limit);

 private:
  Task<Result<bool>> begin_creating();
  Task<Result<void>> wait_until_active();
  Error with_command(Error error) const;

  dynamo::Client& client_;
  std::string table_;
  std::string region_;
};

/// For people who may not let the service create it. An empty region is left out.
std::string create_table_command(const std::string& table, const std::string& region);

}  // namespace crossfade::control
