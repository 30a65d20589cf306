#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/recent_keys.h"

namespace crossfade::sync {

/// A key whose sides differed although both directions had passed its last change.
struct Suspect {
  RecentKey at;  ///< as the key stood when it was looked at last
  std::string what;
  std::int64_t since_ms = 0;  ///< found so first, with the key as it stands
  std::int64_t due_ms = 0;    ///< looked at again from then on
  int looks = 0;
  bool mismatch = false;
};

/// Decides when a difference is a mismatch: it was found again and again for five seconds, and
/// nobody changed the key meanwhile. Looks follow each other at doubling pauses, up to a minute. A
/// mismatch stays one until the sides were found equal. Bounded in number: see room(). Pure, time
/// is handed in.
class Suspects {
 public:
  enum class News : std::uint8_t { none, mismatch, resolved };
  static constexpr std::size_t kMost = 2'000;

  /// What a look at a key found; an empty `what`: the sides are equal.
  News looked(const RecentKey& at, std::string what, std::int64_t now_ms);
  /// A mismatch that an earlier process has found.
  void recall(Key key, std::string what, std::int64_t since_ms);
  /// At most `most` keys that are to be looked at now.
  std::vector<Key> due(std::int64_t now_ms, std::size_t most) const;
  std::vector<Key> keys() const;
  /// How many more keys it can hold.
  std::size_t room() const;

  std::int64_t mismatches() const { return mismatches_; }
  /// When a mismatch was seen last; 0: never.
  std::int64_t seen_ms() const { return seen_ms_; }
  /// The mismatch that has stood longest; nullptr: there is none.
  const Suspect* oldest() const;
  const Suspect* find(const Key& key) const;

 private:
  News resolve(const Key& key);

  std::map<Key, Suspect> all_;
  std::int64_t mismatches_ = 0;
  std::int64_t seen_ms_ = 0;
};

}  // namespace crossfade::sync
