#include "common/model/recent_keys.h"

#include <algorithm>

namespace crossfade {
namespace {

/// Of an entry besides its key: list node, map slot, what malloc adds.
constexpr std::size_t kOverheadBytes = 144;

}  // namespace

std::size_t RecentKeys::cost(const RecentKey& recent) {
  return recent.key.bson.size() + kOverheadBytes;
}

void RecentKeys::changed(const Key& key, Side side, std::int64_t position, std::int64_t at_ms) {
  const std::uint64_t hash = hash_of(key);
  const auto known = places_.find(hash);
  if (known != places_.end() && known->second->key != key) forget(known->second);
  const auto [place, fresh] = places_.try_emplace(hash, keys_.end());
  if (fresh) {
    place->second = keys_.insert(keys_.end(), RecentKey{key, 0, -1, -1});
    bytes_ += cost(keys_.back());
  } else {
    keys_.splice(keys_.end(), keys_, place->second);
  }
  RecentKey& recent = keys_.back();
  recent.at_ms = std::max(recent.at_ms, at_ms);
  (side == Side::dynamodb ? recent.forward : recent.backward) = position;
  while (bytes_ > most_bytes_ && !keys_.empty()) forget(keys_.begin());
}

void RecentKeys::forget(Keys::iterator place) {
  ++forgotten_;
  forgotten_at_ms_ = std::max(forgotten_at_ms_, place->at_ms);
  bytes_ -= cost(*place);
  places_.erase(hash_of(place->key));
  keys_.erase(place);
}

std::optional<RecentKey> RecentKeys::find(const Key& key) const {
  const auto known = places_.find(hash_of(key));
  if (known == places_.end() || known->second->key != key) return std::nullopt;
  return *known->second;
}

std::vector<RecentKey> RecentKeys::since(std::int64_t at_ms) const {
  std::vector<RecentKey> out;
  for (auto recent = keys_.rbegin(); recent != keys_.rend(); ++recent)
    if (recent->at_ms >= at_ms) out.push_back(*recent);
  return out;
}

}  // namespace crossfade
