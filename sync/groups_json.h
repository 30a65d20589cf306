#pragma once

#include <string>
#include <vector>

#include "rollout/groups.h"

namespace crossfade::sync {

/// What the admin endpoint says of groups, as JSON; the members are described in
/// deploy/openapi.yaml. Subjects of the lists stand in `/rules` and `/versions` alone, elsewhere
/// their number: so every other answer stays small.
std::string groups_json(const rollout::Groups& groups);
std::string group_json(const rollout::GroupView& view);
std::string next_json(const control::GroupState& state,
                      const std::vector<rollout::VerbState>& verbs);
std::string why_json(const rollout::GroupView& view);
std::string rules_json(const RuleSet& rules);
std::string versions_json(const std::string& group,
                          const std::vector<control::RuleVersion>& versions);
std::string clients_json(const std::string& group,
                         const std::vector<control::ClientRecord>& clients);
std::string lease_json(const RuleSet& rules, std::int64_t lease_ms);
std::string audit_json(const std::string& group, const std::vector<control::AuditEntry>& entries);

/// The answer to a changing verb. With a status of 400 and more it is a problem too: title, status
/// and detail stand in front.
struct MoveReply {
  std::string group;
  rollout::Verb verb = rollout::Verb::ramp;
  rollout::MoveAnswer answer;
};
std::string move_json(const MoveReply& reply, int status);
/// The data of a `guard` event: the guard, of which group and verb.
std::string guard_json(const MoveReply& reply, const rollout::Guard& guard);

}  // namespace crossfade::sync
