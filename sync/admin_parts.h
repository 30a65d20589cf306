#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "rollout/groups.h"
#include "sync/audit.h"
#include "sync/event_bus.h"
#include "sync/status.h"

namespace crossfade::sync {

/// What the admin endpoint speaks for. All of it outlives the endpoint; what is null is made by the
/// endpoint itself.
struct AdminParts {
  AdminParts(ServiceView& service) : view(service) {}  // a service is all that it needs

  ServiceView& view;
  rollout::Groups* groups = nullptr;  ///< null: a service without groups
  Audit* audit = nullptr;             ///< null: kept in memory
  EventBus* events = nullptr;         ///< null: nothing ever happens
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Log* log = nullptr;
};

/// Who may ask.
struct AdminAccess {
  /// The endpoint listens on this machine alone. Only requests that were addressed to this machine
  /// are answered then, so that no web page can read it through a name of its own.
  bool local = true;
  std::string token;  ///< empty: none is asked for
};

}  // namespace crossfade::sync
