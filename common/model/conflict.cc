#include "common/model/conflict.h"

#include <algorithm>
#include <array>

namespace crossfade {
namespace {

constexpr std::array<std::string_view, 3> kOutcomes{"restored", "merged", "kept"};

}  // namespace

std::string_view to_string(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

std::optional<Outcome> outcome_of(std::string_view name) {
  const auto found = std::ranges::find(kOutcomes, name);
  if (found == kOutcomes.end()) return std::nullopt;
  return static_cast<Outcome>(found - kOutcomes.begin());
}

Span span_of(const Change& change, Side side, std::int64_t grain_ms) {
  const std::int64_t time = change.source_time_ms;
  if (side == Side::mongodb) return {time, time};
  const std::int64_t last = time - time % grain_ms + grain_ms - 1;
  return {std::min(change.earliest_ms, last), last};
}

void KeptValues::kept(const Key& key, std::uint64_t value, const Span& when) {
  if (kept_.size() >= kMost) kept_.clear();
  kept_[hash_of(key)] = {value, when};
}

std::optional<Span> KeptValues::when(const Key& key, std::uint64_t value) const {
  const auto found = kept_.find(hash_of(key));
  if (found == kept_.end() || found->second.value != value) return std::nullopt;
  return found->second.when;
}

}  // namespace crossfade
