#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/clock.h"
#include "router/rules.h"

namespace crossfade::sync {

struct LoadStatus {
  std::int64_t items = 0;
  double items_per_second = 0;
  double fraction = 0;     ///< 0..1, of what the target acknowledged
  double eta_seconds = 0;  ///< 0 when done or unknown
};

struct DirectionStatus {
  std::int64_t captured = 0;        ///< genuine changes seen since this process began
  std::int64_t applied = 0;         ///< of them written to the other side, superseded or set aside
  std::int64_t echoes_dropped = 0;  ///< our own writes recognised
  std::int64_t behind = 0;          ///< records captured and not yet applied
  std::int64_t lag_ms = 0;  ///< now minus the source time of the oldest of them; 0 when none waits
  double lag_p50_ms = 0;    ///< of applied changes, source time to applied
  double lag_p99_ms = 0;
};

/// The comparison of every changed key, see Proving.
struct ProvingStatus {
  std::int64_t compared = 0;
  std::int64_t waiting = 0;
  std::int64_t mismatches = 0;
  std::string oldest;  ///< one sentence about the oldest mismatch; empty: none
};

/// One key that goes round both ways, see Canary.
struct CanaryStatus {
  std::int64_t forward_ms = -1;
  std::int64_t backward_ms = -1;
  std::int64_t waiting_ms = 0;
  std::int64_t at_ms = 0;
};

/// What a person or a script is told of a link.
struct LinkStatus {
  std::string name;
  std::string table;
  std::string collection;
  /// defined | copying | catching-up | synced | stopped; once synced, that of its group where it
  /// has one: synced | proving | ramping | switched | rolled-back | completed | cancelled.
  std::string phase;
  std::string reason;        ///< one sentence: why it is in this phase
  std::string group;         ///< links that move together; empty: none
  std::int64_t version = 0;  ///< of the group's rules
  double percent = 0;        ///< of the subjects, by the group's rule on MongoDB
  LoadStatus load;
  DirectionStatus forward;
  DirectionStatus backward;
  std::optional<ProvingStatus> proving;  ///< of a link in a group
  std::optional<CanaryStatus> canary;    ///< of a link that names one
  std::int64_t violations = 0;
  std::int64_t dead_letters = 0;
  std::int64_t log_bytes = 0;
  bool log_near_limit = false;
};

enum class WaitFor { copied, synced, drained };

/// A stored violation or dead letter, as canonical Extended JSON.
struct Listing {
  std::vector<std::string> documents;
};

/// What a person decided about a violation.
struct Resolution {
  std::string id;
  Side take = Side::dynamodb;
  bool dry_run = false;  ///< say what would be done, and do nothing
  std::string who;
  std::string reason;
};

/// The service as its admin endpoint sees it. All calls on the service's thread.
class ServiceView {
 public:
  virtual ~ServiceView() = default;

  virtual std::vector<LinkStatus> links() const = 0;
  /// Every link runs: it is neither being set up nor stopped.
  virtual bool ready() const = 0;
  /// Returns when the condition holds. Errors: not_found (no such link), stopped (the link has
  /// stopped: the sentence says why), transient (the time ran out: the sentence says what is still
  /// missing).
  virtual Task<Result<void>> wait(std::string link, WaitFor what, Milliseconds limit) = 0;
  /// Of one link, or of all when the name is empty; newest first.
  virtual Task<Result<Listing>> violations(std::string link, int limit) = 0;
  virtual Task<Result<Listing>> dead_letters(std::string link, int limit) = 0;
  /// One violation whole, with both images. Fault::not_found, which is all that a view without
  /// violations answers.
  virtual Task<Result<std::string>> violation(std::string id);
  /// Ends a violation by the image of one side, which becomes the value of the key on both; the
  /// other image stays in the record. Returns one sentence. Fault::not_found; Fault::conflict when
  /// it was resolved before, or the key changed so that neither image may be taken any more.
  virtual Task<Result<std::string>> resolve(Resolution resolution);
};

}  // namespace crossfade::sync
