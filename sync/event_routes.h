#pragma once

#include "sync/event_bus.h"
#include "sync/route_table.h"

namespace crossfade::sync {

/// GET /v1/events: what happens, as server-sent events, until the client leaves. With Last-Event-ID
/// it goes on behind that one. At most kListeners at a time. One thread only. The bus outlives it.
class EventRoutes {
 public:
  static constexpr int kListeners = 16;

  explicit EventRoutes(EventBus& bus) : bus_(bus) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> events(RouteCall call);

  EventBus& bus_;
  int listeners_ = 0;
};

}  // namespace crossfade::sync
