#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/async/stop.h"
#include "common/base/clock.h"
#include "rollout/group_context.h"
#include "rollout/groups.h"
#include "sync/status.h"

namespace crossfade::sync {

/// Looks at the links again and again and publishes what has changed since the last look: `link`
/// (its phase), `violation` and `mismatch` (there are more). One thread only; all that is handed in
/// outlives it.
class EventWatch {
 public:
  EventWatch(const ServiceView& view, const rollout::Groups& groups, rollout::EventSink& events,
             const Clock& clock)
      : view_(view), groups_(groups), events_(events), clock_(clock) {}

  /// The first look publishes nothing.
  void look();
  /// A look each second until the stop.
  Task<Result<void>> run(Stop& stop);

 private:
  struct Seen {
    std::string phase;
    std::int64_t violations = 0;
    std::int64_t mismatches = 0;
  };

  std::map<std::string, Seen> seen_now() const;
  void tell(const std::string& link, const Seen& before, const Seen& now);
  void publish(const char* type, const std::string& link, const std::string& sentence,
               std::int64_t count);

  const ServiceView& view_;
  const rollout::Groups& groups_;
  rollout::EventSink& events_;
  const Clock& clock_;
  std::map<std::string, Seen> seen_;
  bool looked_ = false;
};

}  // namespace crossfade::sync
