#include "rollout/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace crossfade::rollout {
namespace {

using Names = std::vector<std::string>;
using List = std::set<std::string, std::less<>>;

Error refuse(std::string why) {
  return fail(Fault::invalid, std::move(why));
}

/// Not for a number that is none.
bool is_share(double percent) {
  return percent >= 0 && percent <= 100;
}

bool whole_hundredths(double percent) {
  constexpr double kNoise = 1e-6;
  return std::abs(percent * 100 - std::round(percent * 100)) < kNoise;
}

Result<void> check_percent(const std::optional<double>& percent) {
  if (!percent) return boost::system::in_place_value;
  if (!is_share(*percent))
    return refuse(fmt::format("{} % is no share of the subjects: give 0 to 100.", *percent));
  if (!whole_hundredths(*percent))
    return refuse(fmt::format("{} % has more than two decimals: give two at most.", *percent));
  return boost::system::in_place_value;
}

Result<void> check_names(const MoveRequest& request) {
  std::set<std::string_view> seen;
  for (const Names* names : {&request.allow, &request.deny, &request.unlist}) {
    for (const std::string& name : *names) {
      if (name.empty()) return refuse("A subject has no characters: give its name.");
      if (!seen.insert(name).second)
        return refuse(fmt::format("The subject {} is named twice: name it once.", name));
    }
  }
  return boost::system::in_place_value;
}

std::size_t bytes_of(const List& list) {
  std::size_t bytes = 0;
  for (const std::string& name : list) bytes += name.size() + 3;
  return bytes;
}

void move_to(const Names& names, List& onto, List& off) {
  for (const std::string& name : names) {
    onto.insert(name);
    off.erase(name);
  }
}

void apply_lists(AuthorityRule& rule, const MoveRequest& request) {
  move_to(request.allow, rule.allow, rule.deny);
  move_to(request.deny, rule.deny, rule.allow);
  for (const std::string& name : request.unlist) {
    rule.allow.erase(name);
    rule.deny.erase(name);
  }
}

bool names_some(const MoveRequest& request) {
  return !request.allow.empty() || !request.deny.empty() || !request.unlist.empty();
}

Result<AuthorityRule> changed(const AuthorityRule& present, AuthorityRule to) {
  if (to == present) return refuse("The rule is so already: there is nothing to change.");
  const std::size_t bytes = bytes_of(to.allow) + bytes_of(to.deny);
  if (bytes > kMostListBytes) {
    return refuse(fmt::format(
        "The lists would have {} bytes, more than {}: move so many subjects by percentage.", bytes,
        kMostListBytes));
  }
  return to;
}

Result<AuthorityRule> ramped(const AuthorityRule& present, const MoveRequest& request) {
  AuthorityRule to = present;
  to.percent = request.percent.value_or(present.percent);
  if (to.percent < present.percent) {
    return refuse(
        fmt::format("{} % is less than the present {} %: use `crossfade rollback --to {}`.",
                    to.percent, present.percent, to.percent));
  }
  apply_lists(to, request);
  return changed(present, std::move(to));
}

Result<AuthorityRule> rolled_back(const AuthorityRule& present, const MoveRequest& request) {
  AuthorityRule to = present;
  const bool everybody = !request.percent && !names_some(request);
  to.percent = everybody ? 0 : request.percent.value_or(present.percent);
  if (request.percent == 0 || everybody) to.allow.clear();
  if (to.percent > present.percent) {
    return refuse(
        fmt::format("{} % is more than the present {} %: use `crossfade rollout ramp --to {}`.",
                    to.percent, present.percent, to.percent));
  }
  apply_lists(to, request);
  if (moves_between(present, to).to_mongodb)
    return refuse("This would move subjects to MongoDB: use `crossfade rollout ramp` for these.");
  return changed(present, std::move(to));
}

Result<AuthorityRule> unchanged(const AuthorityRule& present, const MoveRequest& request) {
  if (!request.percent && !names_some(request)) return present;
  return refuse(fmt::format("The verb {} moves nobody: leave the percentage and the subjects away.",
                            to_string(request.verb)));
}

}  // namespace

Result<AuthorityRule> wished_rule(const AuthorityRule& present, const MoveRequest& request) {
  TRY_VOID(check_percent(request.percent));
  TRY_VOID(check_names(request));
  switch (request.verb) {
    case Verb::ramp:
      return ramped(present, request);
    case Verb::rollback:
    case Verb::rollback_unplanned:
      return rolled_back(present, request);
    default:
      return unchanged(present, request);
  }
}

}  // namespace crossfade::rollout
