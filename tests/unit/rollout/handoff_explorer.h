#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/unit/rollout/handoff_world.h"

namespace crossfade::rollout {

/// What a search has seen. `broken` is empty when every invariant held in every world; else `path`
/// leads from the begin to the first world in which one did not.
struct Findings {
  std::size_t worlds = 0;  ///< not counting those that only come by leaving one alone
  std::size_t quiet = 0;
  std::string broken;
  std::vector<Step> path;

  std::string story() const;
};

/// Every world that can be reached, each once, in every order of steps; and from each of them what
/// happens when it is left alone: it must come to rest, with no hand-off under way. A search that
/// would go past `most_worlds` says so in `broken`.
Findings explore(const Scenario& scenario, std::size_t most_worlds);

}  // namespace crossfade::rollout
