#pragma once

#include <cstddef>

#include "common/base/result.h"
#include "rollout/groups.h"

namespace crossfade::rollout {

/// Bytes of the names on both lists of a rule together, each with three more for its quotes and
/// comma. The group's state has the present rule and what changes in the next one, and must fit
/// into one item; a change that replaces most of such lists at once is refused when it is stored.
constexpr std::size_t kMostListBytes = 240'000;

/// The rule that should hold after the verb. Pure. Fault::invalid with one sentence: the request
/// contradicts itself, changes nothing, or goes the other verb's way.
///
/// ramp: raises the percentage or leaves it; listed subjects move whichever way they are asked to.
/// rollback: lowers the percentage or leaves it, and moves nobody to MongoDB. Without any of
/// percent, allow, deny, unlist, and with percent 0: everybody goes back, the allow list is
/// emptied and the deny list kept. The other verbs move nobody and answer `present`.
Result<AuthorityRule> wished_rule(const AuthorityRule& present, const MoveRequest& request);

}  // namespace crossfade::rollout
