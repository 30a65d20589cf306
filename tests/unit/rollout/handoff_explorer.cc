#include "tests/unit/rollout/handoff_explorer.h"

#include <boost/unordered/unordered_flat_set.hpp>

namespace crossfade::rollout {
namespace {

constexpr int kMostStepsToRest = 500;

/// Depth first, with the worlds on the way kept by value.
class Search {
 public:
  Search(std::size_t most_worlds, Findings& found) : most_(most_worlds), found_(found) {}

  /// False: the search is over.
  bool visit(const HandoffWorld& world) {
    if (!seen_.insert(world.fingerprint()).second) return true;
    ++found_.worlds;
    if (world.quiet()) ++found_.quiet;
    found_.broken = world.broken();
    if (found_.broken.empty() && found_.worlds > most_) found_.broken = "the search is too large";
    if (!found_.broken.empty() || !comes_to_rest(world)) return false;
    for (const Step& step : world.steps()) {
      found_.path.push_back(step);
      HandoffWorld next = world;
      next.take(step);
      if (!visit(next)) return false;
      found_.path.pop_back();
    }
    return true;
  }

 private:
  /// A world that was met on such a way before is known to come to rest.
  bool comes_to_rest(HandoffWorld world) {
    world.leave_alone();
    const std::size_t begin = found_.path.size();
    for (int count = 0; count < kMostStepsToRest; ++count) {
      if (!resting_.insert(world.fingerprint()).second) {
        found_.path.resize(begin);
        return true;
      }
      const std::optional<Step> step = world.onwards();
      if (!step) return rests(world, begin);
      found_.path.push_back(*step);
      world.take(*step);
      found_.broken = world.broken();
      if (!found_.broken.empty()) return false;
    }
    found_.broken = "it does not come to rest";
    return false;
  }

  bool rests(const HandoffWorld& world, std::size_t begin) {
    if (!world.quiet()) {
      found_.broken = "nothing can happen, and yet something is left to do";
      return false;
    }
    found_.path.resize(begin);
    return true;
  }

  std::size_t most_;
  Findings& found_;
  boost::unordered_flat_set<std::uint64_t> seen_;
  boost::unordered_flat_set<std::uint64_t> resting_;
};

}  // namespace

std::string Findings::story() const {
  std::string out = broken + " (" + std::to_string(worlds) + " worlds)\n";
  for (const Step& step : path) out += "  " + to_string(step) + "\n";
  return out;
}

Findings explore(const Scenario& scenario, std::size_t most_worlds) {
  Findings found;
  Search(most_worlds, found).visit(HandoffWorld(scenario));
  return found;
}

}  // namespace crossfade::rollout
