#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {

/// What a search has seen. `broken` is empty when every invariant held in every world; else `path`
/// leads from the begin to the first world in which one did not.
struct Findings {
  std::size_t worlds = 0;
  std::size_t quiet = 0;
  std::string broken;
  std::vector<Step> path;

  std::string story() const;
};

/// Every world that can be reached, each once, in every order of steps. A search that would go past
/// `most_worlds` says so in `broken`.
Findings explore(const Scenario& scenario, std::size_t most_worlds);

/// One way through: each number picks one of the steps that are possible then (weighed, so that
/// applications do not use up their actions at once); after the last number everything is left to
/// come to rest, which must happen within a bounded number of steps.
Findings walk(const Scenario& scenario, const std::vector<std::uint32_t>& choices);

}  // namespace crossfade::protocol
