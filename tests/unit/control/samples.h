#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "common/control/control_table.h"

namespace crossfade::control {

/// The line that a golden file holds.
inline std::string golden(const std::string& name) {
  std::ifstream in(std::string(CROSSFADE_TEST_DATA) + "/golden/" + name);
  std::string line;
  std::getline(in, line);
  return line;
}

inline AuthorityRule rule(double percent, std::set<std::string, std::less<>> allow = {},
                          std::set<std::string, std::less<>> deny = {}) {
  return {percent, std::move(allow), std::move(deny), "shop-4f"};
}

/// What golden/rules.json holds.
inline RuleSet fenced_rules() {
  return {"shop", 7, 3, rule(10, {"u1"}), rule(50.25, {"zo\u00eb", "u1"}, {"u2"})};
}

/// What golden/journal.json holds.
inline HandoffRecord journaled_record() {
  HandoffRecord record;
  record.id = "h-9";
  record.step = HandoffStep::journaled;
  record.from = fenced_rules().rule;
  record.to = *fenced_rules().next;
  record.verb = "ramp";
  record.who = "ann";
  record.reason = "second step";
  record.began_ms = 1'767'225'600'000;
  record.fence_version = 7;
  record.fence_ms = 1'767'225'600'040;
  record.barriers = {{"orders", {4096, 512}}, {"carts", {90, 12}}};
  return record;
}

/// What golden/state.json holds; not stored yet.
inline GroupState ramping_state() {
  GroupState state;
  state.rules = fenced_rules();
  state.next_version = 8;
  state.phase = GroupPhase::ramping;
  state.owner = "host-1/4711";
  state.handoff = journaled_record();
  HandoffRecord stranded;
  stranded.id = "h-4";
  stranded.step = HandoffStep::releasing;
  stranded.from = rule(30);
  stranded.to = rule(0);
  stranded.verb = "rollback";
  stranded.who = "bob";
  stranded.reason = "MongoDB is gone";
  stranded.unplanned = true;
  stranded.began_ms = 1'767'000'000'000;
  stranded.fence_version = 4;
  stranded.fence_ms = 1'767'000'000'001;
  state.stranded = stranded;
  state.clean_since_ms = 1'767'100'000'000;
  state.violations_at_last_step = 2;
  state.history = {{1'767'100'000'000, "proving began", "ann", ""},
                   {1'767'225'600'000, "10 % of the subjects are on MongoDB", "ann", "first step"}};
  return state;
}

/// `count` subjects of 20 bytes, the first of them number `first`.
inline std::set<std::string, std::less<>> long_list(int count, int first = 0) {
  std::set<std::string, std::less<>> subjects;
  for (int i = first; i < first + count; ++i) {
    const std::string digits = std::to_string(i);
    subjects.insert("subject-" + std::string(12 - digits.size(), '0') + digits);
  }
  return subjects;
}

/// A hand-off from one rule to another, with its fence up.
inline GroupState fenced(AuthorityRule from, AuthorityRule to) {
  GroupState state;
  state.rules = {"shop", 7, 3, from, to};
  state.next_version = 8;
  state.handoff = journaled_record();
  state.handoff->from = std::move(from);
  state.handoff->to = std::move(to);
  return state;
}

}  // namespace crossfade::control
