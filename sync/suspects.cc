#include "sync/suspects.h"

#include <algorithm>
#include <utility>

namespace crossfade::sync {
namespace {

constexpr std::int64_t kSureMs = 5'000;
constexpr std::int64_t kFirstPauseMs = 200;
constexpr std::int64_t kLongestPauseMs = 60'000;
constexpr int kMostDoublings = 10;

std::int64_t pause_after(int looks) {
  return std::min(kLongestPauseMs, kFirstPauseMs << std::min(looks - 1, kMostDoublings));
}

bool stands_as(const RecentKey& one, const RecentKey& other) {
  return one.forward == other.forward && one.backward == other.backward;
}

}  // namespace

Suspects::News Suspects::looked(const RecentKey& at, std::string what, std::int64_t now_ms) {
  if (what.empty()) return resolve(at.key);
  auto [place, fresh] = all_.try_emplace(at.key);
  Suspect& suspect = place->second;
  if (fresh || (!suspect.mismatch && !stands_as(suspect.at, at))) {
    suspect.since_ms = now_ms;
    suspect.looks = 0;
  }
  suspect.at = at;
  suspect.what = std::move(what);
  suspect.due_ms = now_ms + pause_after(++suspect.looks);
  const bool sure = suspect.mismatch || now_ms - suspect.since_ms >= kSureMs;
  if (sure) seen_ms_ = std::max(seen_ms_, now_ms);
  if (!sure || std::exchange(suspect.mismatch, true)) return News::none;
  ++mismatches_;
  return News::mismatch;
}

Suspects::News Suspects::resolve(const Key& key) {
  const auto place = all_.find(key);
  if (place == all_.end()) return News::none;
  const bool mismatch = place->second.mismatch;
  all_.erase(place);
  if (!mismatch) return News::none;
  --mismatches_;
  return News::resolved;
}

void Suspects::recall(Key key, std::string what, std::int64_t since_ms) {
  Suspect& suspect = all_[key];
  if (!suspect.mismatch) ++mismatches_;
  suspect.at.key = std::move(key);
  suspect.what = std::move(what);
  suspect.since_ms = since_ms;
  suspect.mismatch = true;
  seen_ms_ = std::max(seen_ms_, since_ms);
}

std::vector<Key> Suspects::due(std::int64_t now_ms, std::size_t most) const {
  std::vector<Key> out;
  for (const auto& [key, suspect] : all_) {
    if (out.size() == most) break;
    if (suspect.due_ms <= now_ms) out.push_back(key);
  }
  return out;
}

std::vector<Key> Suspects::keys() const {
  std::vector<Key> out;
  for (const auto& [key, suspect] : all_) out.push_back(key);
  return out;
}

std::size_t Suspects::room() const {
  return kMost - std::min(kMost, all_.size());
}

const Suspect* Suspects::oldest() const {
  const Suspect* out = nullptr;
  for (const auto& [key, suspect] : all_)
    if (suspect.mismatch && (out == nullptr || suspect.since_ms < out->since_ms)) out = &suspect;
  return out;
}

const Suspect* Suspects::find(const Key& key) const {
  const auto place = all_.find(key);
  return place == all_.end() ? nullptr : &place->second;
}

}  // namespace crossfade::sync
