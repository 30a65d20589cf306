#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "common/base/log.h"
#include "common/model/health.h"
#include "common/model/recent_keys.h"
#include "common/state/mismatches.h"
#include "sync/comparison.h"
#include "sync/suspects.h"

namespace crossfade::sync {

/// What the proving comparison has found so far.
struct Proof {
  std::int64_t compared = 0;          ///< looks at keys since the process began
  std::int64_t waiting = 0;           ///< changed keys that were not compared since
  std::int64_t waiting_since_ms = 0;  ///< when the longest waiting changed; 0: none waits
  std::int64_t mismatches = 0;
  std::int64_t mismatch_ms = 0;  ///< when a mismatch was seen last, or a key was missed; 0: never
  std::string oldest;            ///< one sentence about the mismatch that has stood longest
};

/// Reads every changed key again on both sides once both directions have passed its last change,
/// and compares. Differences are looked at again (see Suspects); a mismatch is told, stored, and
/// kept until the sides are equal. While more keys differ than it can hold, the others wait. It
/// only reads from the user's stores: up to kBatch keys at once, one batch after the other. Dying
/// loses nothing: the captures feed the last minutes of their logs in again, and mismatches are
/// stored. One thread only.
class Proving {
 public:
  using LeftOut = std::function<bool(const Key&)>;
  struct Parts {
    std::string link;
    std::string state_database;
    RecentKeys& recent;
    mongo::Pool& mongo;
    ThreadPool& threads;
    Health& health;
    const Clock& clock;
    Log& out;
  };

  /// `passed`: both directions have applied the key's last change. `left_out`: keys that are never
  /// compared.
  Proving(Parts parts, Comparer comparer, RecentKeys::Ready passed, LeftOut left_out, Stop& parent);

  /// Until the stop; a store that does not answer is waited for.
  Task<Result<void>> run();
  Proof proof() const;
  /// Every changed key but those that were found equal after their last change; some may be named
  /// twice.
  std::vector<Key> unproven() const;

 private:
  Task<Result<void>> recall();
  Task<Result<void>> round();
  void fill();
  void add(RecentKey one);
  void book(Comparison found);
  void tell(Suspects::News news, const Key& key);
  Task<Result<void>> store_news();

  Parts parts_;
  Comparer comparer_;
  RecentKeys::Ready passed_;
  LeftOut left_out_;
  Stop stop_;
  state::Mismatches store_;
  Suspects suspects_;
  std::vector<RecentKey> batch_;      ///< taken and not compared yet
  std::deque<state::Mismatch> news_;  ///< to be stored; resolved where `what` is empty
  std::int64_t compared_ = 0;
  std::int64_t missed_ = 0;
  std::int64_t missed_ms_ = 0;
};

}  // namespace crossfade::sync
