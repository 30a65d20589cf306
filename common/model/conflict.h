#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/model/change.h"
#include "router/rules.h"

namespace crossfade {

/// What becomes of a change on the side without authority; see codec::settle.
enum class ConflictPolicy : std::uint8_t { authority, merge, last_writer_wins };

/// What was done about it. The change itself is kept with both images whatever it is.
enum class Outcome : std::uint8_t {
  restored,  ///< the authority's value stands on both sides
  merged,    ///< the authority's value with the attributes that the change had changed
  kept,      ///< the change stands on both sides
};

std::string_view to_string(Outcome outcome);
std::optional<Outcome> outcome_of(std::string_view name);

/// When something was done, as far as it is known: not before `from`, not after `to`; milliseconds.
struct Span {
  std::int64_t from = 0;
  std::int64_t to = 0;

  bool operator==(const Span&) const = default;
};

/// What DynamoDB cuts its times to, and what DynamoDB Local does.
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60'000;

/// When the change was made, by the clock of the store that made it. MongoDB tells the millisecond.
/// DynamoDB cuts its time to `grain_ms`: the change was made before that time's end, and not before
/// `earliest_ms`.
Span span_of(const Change& change, Side side, std::int64_t grain_ms = kSecondMs);

/// No moment of the one is as early as any of the other.
inline bool surely_later(const Span& one, const Span& other) {
  return one.from > other.to;
}

/// The values that changes on the other side have left on the authority's: who knows the value of
/// such a key also knows the time of its last change. Bounded; what is forgotten is not known. One
/// thread only.
class KeptValues {
 public:
  void kept(const Key& key, std::uint64_t value, const Span& when);
  /// Absent when the key's value is another one by now.
  std::optional<Span> when(const Key& key, std::uint64_t value) const;

 private:
  struct Kept {
    std::uint64_t value;
    Span when;
  };
  static constexpr std::size_t kMost = 100'000;
  boost::unordered_flat_map<std::uint64_t, Kept> kept_;  ///< by hash of the key
};

}  // namespace crossfade
