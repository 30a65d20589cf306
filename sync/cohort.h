#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "router/rules.h"

namespace crossfade::sync {

/// The keys that move in a hand-off: those whose subjects its fence holds. Pure.
class Cohort {
 public:
  using SubjectOf = std::function<std::optional<std::string>(const Key&)>;

  Cohort(RuleSet fenced, SubjectOf subject_of)
      : fenced_(std::move(fenced)), subject_of_(std::move(subject_of)) {}

  bool moves(const Key& key) const { return fenced_.decide(subject_of_(key)).fenced; }
  /// Every subject that moves, where lists alone decide; nullopt where a percentage changes.
  std::optional<std::vector<std::string>> listed() const;

 private:
  RuleSet fenced_;
  SubjectOf subject_of_;
};

}  // namespace crossfade::sync
