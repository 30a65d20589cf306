#pragma once

#include <functional>
#include <map>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "sync/admin_reply.h"
#include "sync/admin_request.h"
#include "sync/audit.h"

namespace crossfade::sync {

/// A changing call as the audit tells it.
struct Change {
  std::string group;
  std::string who;
  std::string what;  ///< verb and parameters, one line
  std::string reason;
};

/// What came of it.
struct Changed {
  AdminReply reply;
  std::string result;  ///< one sentence
  std::string hook_output;
};

/// Runs each changing call once and leaves an entry of it.
///
/// The entry is stored before the call begins, and its end with the answer after it. A request that
/// carries the Idempotency-Key of an earlier one is not run: it gets the same answer again; 409
/// with outcome "running" while the earlier one runs in this process; 409 with outcome "unknown"
/// when the earlier one has an entry without an end, because the process died in between or another
/// one runs it; 422 when the earlier one was another request. A request without a key always runs.
/// One thread only; all that is handed in outlives it.
class AuditedCalls {
 public:
  using Work = std::function<Task<Changed>()>;

  AuditedCalls(Audit& audit, const Clock& clock, Random& random, Log& log)
      : audit_(audit), clock_(clock), random_(random), log_(log) {}

  /// `work` outlives the call by being named before it.
  Task<AdminReply> perform(AdminRequest request, Change change, const Work& work);

 private:
  Task<AdminReply> run(control::AuditEntry entry, const Work& work);
  Task<AdminReply> repeated(const control::AuditEntry& entry);

  Audit& audit_;
  const Clock& clock_;
  Random& random_;
  Log& log_;
  std::map<std::string, std::string> running_;  ///< fingerprint, by group and id
};

}  // namespace crossfade::sync
