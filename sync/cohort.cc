#include "sync/cohort.h"

#include <cmath>
#include <set>

namespace crossfade::sync {

std::optional<std::vector<std::string>> Cohort::listed() const {
  if (!fenced_.next) return std::vector<std::string>();
  const AuthorityRule& from = fenced_.rule;
  const AuthorityRule& to = *fenced_.next;
  if (std::llround(from.percent * 100) != std::llround(to.percent * 100)) return std::nullopt;
  std::set<std::string> out;
  for (const auto* list : {&from.allow, &from.deny, &to.allow, &to.deny}) {
    for (const std::string& subject : *list)
      if (fenced_.decide(subject).fenced) out.insert(subject);
  }
  return std::vector<std::string>(out.begin(), out.end());
}

}  // namespace crossfade::sync
