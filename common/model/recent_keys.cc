#include "common/model/recent_keys.h"

#include <algorithm>
#include <utility>

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
    place->second = keys_.insert(keys_.end(), RecentKey{key, 0, -1, -1, true});
    bytes_ += cost(keys_.back());
  }
  wait_again(place->second);
  RecentKey& recent = keys_.back();
  recent.at_ms = std::max(recent.at_ms, at_ms);
  (side == Side::dynamodb ? recent.forward : recent.backward) = position;
  while (bytes_ > most_bytes_ && !keys_.empty()) forget(keys_.begin());
}

/// The newest, and nobody has taken it.
void RecentKeys::wait_again(Keys::iterator place) {
  if (next_ == place) ++next_;
  keys_.splice(keys_.end(), keys_, place);
  if (next_ == keys_.end()) next_ = place;
  if (std::exchange(place->taken, false)) ++untaken_;
}

std::vector<RecentKey> RecentKeys::take(const Ready& ready, std::size_t most) {
  std::vector<RecentKey> out;
  for (; next_ != keys_.end() && out.size() < most && ready(*next_); ++next_) {
    next_->taken = true;
    --untaken_;
    out.push_back(*next_);
  }
  return out;
}

std::vector<Key> RecentKeys::waiting() const {
  std::vector<Key> out;
  for (Keys::const_iterator one = next_; one != keys_.end(); ++one) out.push_back(one->key);
  return out;
}

std::optional<RecentKey> RecentKeys::find(const Key& key) const {
  const auto place = places_.find(hash_of(key));
  if (place == places_.end() || place->second->key != key) return std::nullopt;
  return *place->second;
}

void RecentKeys::forget(Keys::iterator place) {
  if (next_ == place) ++next_;
  if (!place->taken) {
    --untaken_;
    ++missed_;
  }
  ++forgotten_;
  forgotten_at_ms_ = std::max(forgotten_at_ms_, place->at_ms);
  bytes_ -= cost(*place);
  places_.erase(hash_of(place->key));
  keys_.erase(place);
}

std::vector<RecentKey> RecentKeys::since(std::int64_t at_ms) const {
  std::vector<RecentKey> out;
  for (auto recent = keys_.rbegin(); recent != keys_.rend(); ++recent)
    if (recent->at_ms >= at_ms) out.push_back(*recent);
  return out;
}

}  // namespace crossfade
