#include "sync/proving.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace crossfade::sync {
namespace {

constexpr Milliseconds kPause{200};
constexpr Milliseconds kTroublePause{2'000};
constexpr std::int64_t kBusy = 200;  ///< keys that wait: no pause any more

std::vector<Key> keys_of(const std::vector<RecentKey>& batch) {
  std::vector<Key> out;
  out.reserve(batch.size());
  for (const RecentKey& one : batch) out.push_back(one.key);
  return out;
}

}  // namespace

Proving::Proving(Parts parts, Comparer comparer, RecentKeys::Ready passed, LeftOut left_out,
                 Stop& parent)
    : parts_(std::move(parts)),
      comparer_(std::move(comparer)),
      passed_(std::move(passed)),
      left_out_(std::move(left_out)),
      stop_(parent),
      store_(parts_.state_database) {}

Task<Result<void>> Proving::run() {
  bool recalled = false;
  while (!stop_.requested()) {
    const std::int64_t before = compared_;
    auto done = recalled ? co_await round() : co_await recall();
    if (done) {
      recalled = true;
      parts_.health.well("proving");
    } else {
      parts_.health.trouble("proving", done.error().message);
    }
    const bool more = done && compared_ != before && parts_.recent.untaken() >= kBusy;
    if (!more) co_await stop_.sleep(done ? kPause : kTroublePause);
  }
  co_return Result<void>();
}

Task<Result<void>> Proving::recall() {
  auto read = [&]() -> Result<std::vector<state::Mismatch>> {
    mongo::Client client = parts_.mongo.acquire();
    return store_.list(client, parts_.link, static_cast<int>(Suspects::kMost));
  };
  CO_TRY(std::vector<state::Mismatch> found, co_await offload(parts_.threads, read));
  for (state::Mismatch& one : found)
    suspects_.recall(std::move(one.key), std::move(one.what), one.since_ms);
  co_return Result<void>();
}

/// What could not be compared or stored is in the next round.
Task<Result<void>> Proving::round() {
  CO_TRY_VOID(co_await store_news());
  if (batch_.empty()) fill();
  if (batch_.empty()) co_return Result<void>();
  std::vector<Key> keys = keys_of(batch_);
  CO_TRY(Comparison found, co_await comparer_.compare(std::move(keys)));
  book(std::move(found));
  batch_.clear();
  co_return co_await store_news();
}

void Proving::fill() {
  const std::int64_t now = parts_.clock.wall_ms();
  if (std::exchange(missed_, parts_.recent.missed()) != parts_.recent.missed()) missed_ms_ = now;
  for (const Key& key : suspects_.due(now, Comparer::kBatch / 2)) {
    const auto known = parts_.recent.find(key);
    add(known.value_or(RecentKey{key, 0, -1, -1, true}));
  }
  const std::size_t most = std::min(suspects_.room(), Comparer::kBatch - batch_.size());
  for (RecentKey& one : parts_.recent.take(passed_, most)) add(std::move(one));
}

void Proving::add(RecentKey one) {
  const bool known = std::ranges::find(batch_, one.key, &RecentKey::key) != batch_.end();
  if (!known && !left_out_(one.key)) batch_.push_back(std::move(one));
}

void Proving::book(Comparison found) {
  std::map<Key, std::string> differences;
  for (Difference& one : found.differences) differences[one.key] = std::move(one.what);
  const std::int64_t now = parts_.clock.wall_ms();
  for (const RecentKey& one : batch_) {
    ++compared_;
    const auto place = differences.find(one.key);
    std::string what = place == differences.end() ? std::string() : std::move(place->second);
    tell(suspects_.looked(one, std::move(what), now), one.key);
  }
}

void Proving::tell(Suspects::News news, const Key& key) {
  if (news == Suspects::News::none) return;
  const Suspect* suspect = suspects_.find(key);
  if (suspect == nullptr) {
    parts_.out.info("mismatch_resolved",
                    {{"link", parts_.link}, {"key", comparer_.sentence({key, "is equal again"})}});
    news_.push_back({key, {}, 0});
    return;
  }
  parts_.out.warning("mismatch",
                     {{"link", parts_.link}, {"what", comparer_.sentence({key, suspect->what})}});
  news_.push_back({key, suspect->what, suspect->since_ms});
}

/// Dying before it: the key is found so again, from the last minutes of the logs or from what is
/// stored.
Task<Result<void>> Proving::store_news() {
  auto store = [&]() -> Result<void> {
    mongo::Client client = parts_.mongo.acquire();
    const state::Mismatch& one = news_.front();
    if (one.what.empty()) return store_.remove(client, parts_.link, one.key);
    return store_.put(client, parts_.link, one);
  };
  while (!news_.empty()) {
    CO_TRY_VOID(co_await offload(parts_.threads, store));
    news_.pop_front();
  }
  co_return Result<void>();
}

std::vector<Key> Proving::unproven() const {
  std::vector<Key> out = parts_.recent.waiting();
  std::ranges::move(keys_of(batch_), std::back_inserter(out));
  std::ranges::move(suspects_.keys(), std::back_inserter(out));
  return out;
}

Proof Proving::proof() const {
  Proof out;
  out.compared = compared_;
  out.waiting = parts_.recent.untaken() + static_cast<std::int64_t>(batch_.size());
  out.waiting_since_ms = parts_.recent.untaken_since_ms();
  out.mismatches = suspects_.mismatches();
  out.mismatch_ms = std::max(suspects_.seen_ms(), missed_ms_);
  if (const Suspect* oldest = suspects_.oldest())
    out.oldest = comparer_.sentence({oldest->at.key, oldest->what});
  return out;
}

}  // namespace crossfade::sync
