#include "sync/verifier.h"

#include <algorithm>
#include <array>

namespace crossfade::sync {
namespace {

constexpr int kAtATime = 4;
constexpr std::array kLooks{Milliseconds(100), Milliseconds(300), Milliseconds(900)};

/// Batches without a key twice.
std::vector<std::vector<Key>> batches_of(std::vector<Key> keys) {
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  std::vector<std::vector<Key>> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % Comparer::kBatch == 0) out.emplace_back();
    out.back().push_back(std::move(keys[i]));
  }
  return out;
}

}  // namespace

Verifier::Verifier(const Comparer& comparer, Moves moves, Stop& limit)
    : comparer_(comparer), moves_(std::move(moves)), limit_(limit), ended_(limit.executor()) {}

Error Verifier::stopped() const {
  return fail(Fault::stopped, "The comparison of " + std::to_string(out_.compared) +
                                  " keys and more did not end in time.");
}

Task<Result<void>> Verifier::run(KeySource& source, bool again) {
  TaskGroup group(limit_);
  auto fed = co_await feed(source, again, group);
  if (!fed) group.stop().request();
  auto joined = co_await group.join();
  if (limit_.requested()) co_return stopped();
  if (!fed) co_return fed;
  co_return joined;
}

Task<Result<void>> Verifier::feed(KeySource& source, bool again, TaskGroup& group) {
  while (!group.stop().requested()) {
    CO_TRY(std::optional<std::vector<Key>> page, co_await source.next());
    if (!page) break;
    std::erase_if(*page, [&](const Key& key) { return !moves_(key); });
    for (std::vector<Key>& batch : batches_of(std::move(*page))) {
      while (under_way_ >= kAtATime && !group.stop().requested())
        co_await ended_.wait(group.stop(), Milliseconds(1'000));
      if (group.stop().requested()) break;
      ++under_way_;
      group.start(compare(std::move(batch), again));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Verifier::compare(std::vector<Key> keys, bool again) {
  const auto count = static_cast<std::int64_t>(keys.size());
  auto done = co_await comparer_.compare(std::move(keys));
  --under_way_;
  ended_.notify();
  if (!done) co_return done.error();
  out_.compared += again ? count - done->on_dynamodb : count;
  note(std::move(done->differences));
  co_return Result<void>();
}

/// More than can be looked at again are no stragglers.
void Verifier::note(std::vector<Difference> differences) {
  for (Difference& one : differences) {
    const bool known = std::ranges::find(suspects_, one.key, &Difference::key) != suspects_.end();
    if (known) continue;
    if (suspects_.size() < kMostSuspects) {
      suspects_.push_back(std::move(one));
    } else {
      ++out_.differences;
    }
  }
}

Task<Result<void>> Verifier::look_again() {
  std::vector<Key> keys;
  for (const Difference& one : suspects_) keys.push_back(one.key);
  std::vector<Difference> left;
  for (std::vector<Key>& batch : batches_of(std::move(keys))) {
    CO_TRY(Comparison found, co_await comparer_.compare(std::move(batch)));
    std::ranges::move(found.differences, std::back_inserter(left));
  }
  suspects_ = std::move(left);
  co_return Result<void>();
}

Task<Result<rollout::Verification>> Verifier::finish() {
  for (const Milliseconds pause : kLooks) {
    if (suspects_.empty()) break;
    co_await limit_.sleep(pause);
    if (limit_.requested()) break;
    CO_TRY_VOID(co_await look_again());
  }
  out_.differences += static_cast<std::int64_t>(suspects_.size());
  if (!suspects_.empty()) out_.first = comparer_.sentence(suspects_.front());
  co_return out_;
}

}  // namespace crossfade::sync
