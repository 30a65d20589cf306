#include "sync/event_routes.h"

namespace crossfade::sync {

void EventRoutes::add_to(RouteTable& table) {
  table.add({"GET", "/v1/events", [this](RouteCall call) { return events(std::move(call)); }});
}

Task<AdminReply> EventRoutes::events(RouteCall call) {
  if (listeners_ >= kListeners) co_return problem(429, "Too many listen at the same time.");
  AdminReply reply{.content_type = "text/event-stream"};
  reply.events = std::make_shared<EventFeed>(listeners_, bus_, call.request.last_event_id);
  co_return reply;
}

}  // namespace crossfade::sync
