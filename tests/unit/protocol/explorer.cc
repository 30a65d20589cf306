#include "tests/unit/protocol/explorer.h"

#include <boost/unordered/unordered_flat_set.hpp>

namespace crossfade::protocol {
namespace {

constexpr int kMostStepsToRest = 2'000;

/// Depth first, with the worlds on the way kept by value.
class Search {
 public:
  Search(std::size_t most_worlds, Findings& found) : most_(most_worlds), found_(found) {}

  /// False: the search is over.
  bool visit(const World& world) {
    if (!seen_.insert(world.fingerprint()).second) return true;
    ++found_.worlds;
    if (world.quiet()) ++found_.quiet;
    found_.broken = world.broken();
    if (found_.broken.empty() && found_.worlds > most_) found_.broken = "the search is too large";
    if (!found_.broken.empty()) return false;
    for (const Step& step : world.steps()) {
      found_.path.push_back(step);
      World next = world;
      next.take(step);
      if (!visit(next)) return false;
      found_.path.pop_back();
    }
    return true;
  }

 private:
  std::size_t most_;
  Findings& found_;
  boost::unordered_flat_set<std::uint64_t> seen_;
};

bool by_application(const Step& step) {
  return step.kind <= StepKind::delete_document;
}

bool go(World& world, const Step& step, Findings& found) {
  found.path.push_back(step);
  ++found.worlds;
  world.take(step);
  if (world.quiet()) ++found.quiet;
  found.broken = world.broken();
  return found.broken.empty();
}

}  // namespace

std::string Findings::story() const {
  std::string out = broken + " (" + std::to_string(worlds) + " worlds)\n";
  for (const Step& step : path) out += "  " + to_string(step) + "\n";
  return out;
}

Findings explore(const Scenario& scenario, std::size_t most_worlds) {
  Findings found;
  Search(most_worlds, found).visit(World(scenario));
  return found;
}

Findings walk(const Scenario& scenario, const std::vector<std::uint32_t>& choices) {
  Findings found;
  World world(scenario);
  for (const std::uint32_t choice : choices) {
    std::vector<Step> steps = world.steps();
    const bool no_action = choice % 3 != 0;
    const bool others =
        std::ranges::any_of(steps, [](const Step& s) { return !by_application(s); });
    if (no_action && others) std::erase_if(steps, by_application);
    if (steps.empty()) break;
    if (!go(world, steps[choice / 3 % steps.size()], found)) return found;
  }
  world.leave_alone();
  for (int count = 0;; ++count) {
    const std::vector<Step> steps = world.steps();
    if (steps.empty()) break;
    if (count == kMostStepsToRest) {
      found.broken = "I2 NoLoop: the service does not come to rest";
      return found;
    }
    if (!go(world, steps.front(), found)) return found;
  }
  if (!world.quiet()) found.broken = "nothing can happen, and yet something is left to do";
  return found;
}

}  // namespace crossfade::protocol
