#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

#include "common/model/change.h"
#include "router/rules.h"

namespace crossfade {

/// A key and where its last change stands: in the logs' positions, -1 for a direction that has
/// none. Both sides are to be equal once both directions have gone past.
struct RecentKey {
  Key key;
  std::int64_t at_ms = 0;  ///< wall time at which the last of its changes was captured
  std::int64_t forward = -1;
  std::int64_t backward = -1;
  bool taken = false;
};

/// The keys that changed last, on either side, fed by both captures; one reader may take each of
/// them once after its last change. Bounded in bytes: the oldest are forgotten, and counted. One
/// thread only.
class RecentKeys {
 public:
  using Ready = std::function<bool(const RecentKey&)>;

  explicit RecentKeys(std::size_t most_bytes) : most_bytes_(most_bytes), next_(keys_.end()) {}
  RecentKeys(const RecentKeys&) = delete;
  RecentKeys& operator=(const RecentKeys&) = delete;

  /// `side` is where the change was made, `position` its record in the log of that direction.
  void changed(const Key& key, Side side, std::int64_t position, std::int64_t at_ms);
  /// Those that changed at `at_ms` or later, the newest first.
  std::vector<RecentKey> since(std::int64_t at_ms) const;
  /// Nothing that changed at `at_ms` or later was forgotten.
  bool complete_since(std::int64_t at_ms) const { return at_ms > forgotten_at_ms_; }
  /// The keys that were not taken since their last change, the longest waiting first: up to the
  /// first that is not ready, at most `most`.
  std::vector<RecentKey> take(const Ready& ready, std::size_t most);
  /// Those that take() has not returned since their last change, ready or not.
  std::vector<Key> waiting() const;
  std::int64_t untaken() const { return untaken_; }
  /// When the longest waiting of them changed; 0 when none waits.
  std::int64_t untaken_since_ms() const { return next_ == keys_.end() ? 0 : next_->at_ms; }
  /// Keys that were forgotten before they were taken.
  std::int64_t missed() const { return missed_; }
  std::optional<RecentKey> find(const Key& key) const;
  std::int64_t forgotten() const { return forgotten_; }
  std::size_t size() const { return keys_.size(); }

 private:
  using Keys = std::list<RecentKey>;
  static std::size_t cost(const RecentKey& recent);
  void forget(Keys::iterator place);
  void wait_again(Keys::iterator place);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  Keys keys_;                                                        ///< the newest last
  boost::unordered_flat_map<std::uint64_t, Keys::iterator> places_;  ///< by hash of the key
  Keys::iterator next_;  ///< the first that was not taken; so are all behind it
  std::int64_t untaken_ = 0;
  std::int64_t missed_ = 0;
  std::int64_t forgotten_ = 0;
  std::int64_t forgotten_at_ms_ = 0;  ///< when the newest of them changed
};

}  // namespace crossfade
