#pragma once

#include <string>
#include <vector>

#include "rollout/guards.h"

namespace crossfade::rollout {

/// What the verb is usually wanted for, to show its guards before anybody asks: everybody on
/// MongoDB, or everybody back.
AuthorityRule usual_goal(Verb verb, const AuthorityRule& present);

/// What the verb does, one sentence a step, in the order of the very commands that do it; of
/// `complete` what it leaves to a person.
std::vector<std::string> steps_of(const Wish& wish);

}  // namespace crossfade::rollout
