#pragma once

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "common/async/task_group.h"
#include "rollout/linked.h"
#include "sync/comparison.h"
#include "sync/key_source.h"

namespace crossfade::sync {

/// Compares the keys of some sources that `moves` holds for; a few batches at a time, memory
/// bounded by them and a page of each source. One run at a time, on one thread.
///
/// A difference counts only if it is still there after a few more looks. The subjects are fenced,
/// so nobody writes them; but both directions run, and a record that a stream delivers later than
/// its measured propagation time may be about to make the sides equal.
class Verifier {
 public:
  using Moves = std::function<bool(const Key&)>;

  Verifier(const Comparer& comparer, Moves moves, Stop& limit);

  /// Fault::stopped when the limit is reached before the end. `again`: the source may name keys
  /// that an earlier one has named, so keys that DynamoDB has do not count.
  Task<Result<void>> run(KeySource& source, bool again = false);
  /// Looks at the differences again, and says what is left of them.
  Task<Result<rollout::Verification>> finish();

 private:
  Task<Result<void>> feed(KeySource& source, bool again, TaskGroup& group);
  Task<Result<void>> compare(std::vector<Key> keys, bool again);
  Task<Result<void>> look_again();
  void note(std::vector<Difference> differences);
  Error stopped() const;

  const Comparer& comparer_;
  Moves moves_;
  Stop& limit_;
  Signal ended_;
  int under_way_ = 0;
  rollout::Verification out_;
  std::vector<Difference> suspects_;

  static constexpr std::size_t kMostSuspects = 1'000;
};

}  // namespace crossfade::sync
