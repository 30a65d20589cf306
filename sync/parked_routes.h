#pragma once

#include "sync/audited_calls.h"
#include "sync/route_table.h"
#include "sync/status.h"

namespace crossfade::sync {

/// What was set aside:
///   GET  /v1/violations?link=&limit=100, /v1/deadletters?link=&limit=100
///        {"violations":[...]}, newest first, canonical Extended JSON; cut before kListingBytes,
///        then "truncated" is true
///   GET  /v1/violations/{id}          one, with both images
///   POST /v1/violations/{id}/resolve  ends it by the image of one side
/// One thread only. All that is handed in outlives it, and it the routes.
class ParkedRoutes {
 public:
  static constexpr std::size_t kListingBytes = 16U << 20;

  ParkedRoutes(ServiceView& view, AuditedCalls& calls) : view_(view), calls_(calls) {}

  void add_to(RouteTable& table);

 private:
  Task<AdminReply> violations(RouteCall call);
  Task<AdminReply> dead_letters(RouteCall call);
  Task<AdminReply> violation(RouteCall call);
  Task<AdminReply> resolve(RouteCall call);
  Task<Changed> perform(Resolution request);
  std::string group_of(const std::string& violation) const;

  ServiceView& view_;
  AuditedCalls& calls_;
};

}  // namespace crossfade::sync
