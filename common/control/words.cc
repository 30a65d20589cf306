#include "common/control/words.h"

#include <fmt/core.h>

#include <array>

namespace crossfade::control {
namespace {

constexpr std::array kPhases{
    GroupPhase::defined,  GroupPhase::synced,      GroupPhase::proving,   GroupPhase::ramping,
    GroupPhase::switched, GroupPhase::rolled_back, GroupPhase::completed, GroupPhase::cancelled,
};
constexpr std::array kSteps{
    HandoffStep::fencing,   HandoffStep::draining,  HandoffStep::verifying, HandoffStep::holding,
    HandoffStep::journaled, HandoffStep::releasing, HandoffStep::undoing,
};

template <class Values>
auto find_word(const Values& values, std::string_view word, std::string_view what)
    -> Result<typename Values::value_type> {
  for (const auto value : values) {
    if (to_string(value) == word) return value;
  }
  return fail(Fault::corrupt,
              fmt::format("The control table names a {} that this version of crossfade does not "
                          "know: \"{}\".",
                          what, word));
}

}  // namespace

std::string_view to_string(GroupPhase phase) {
  switch (phase) {
    case GroupPhase::defined:
      return "defined";
    case GroupPhase::synced:
      return "synced";
    case GroupPhase::proving:
      return "proving";
    case GroupPhase::ramping:
      return "ramping";
    case GroupPhase::switched:
      return "switched";
    case GroupPhase::rolled_back:
      return "rolled-back";
    case GroupPhase::completed:
      return "completed";
    case GroupPhase::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(HandoffStep step) {
  switch (step) {
    case HandoffStep::fencing:
      return "fencing";
    case HandoffStep::draining:
      return "draining";
    case HandoffStep::verifying:
      return "verifying";
    case HandoffStep::holding:
      return "holding";
    case HandoffStep::journaled:
      return "journaled";
    case HandoffStep::releasing:
      return "releasing";
    case HandoffStep::undoing:
      return "undoing";
  }
  return "unknown";
}

Result<GroupPhase> phase_of(std::string_view word) {
  return find_word(kPhases, word, "phase");
}

Result<HandoffStep> step_of(std::string_view word) {
  return find_word(kSteps, word, "step of a hand-off");
}

}  // namespace crossfade::control
