#pragma once

#include <string>

#include "sync/admin_reply.h"
#include "sync/status.h"

namespace crossfade::sync {

struct AdminRequest {
  std::string method;
  std::string target;  ///< `/v1/links/orders?x=y`
  std::string host;    ///< the Host header
};

/// What the admin endpoint answers, without any network: GET only, and only of
///   /healthz                 200 while the process lives
///   /readyz                  200, or 503 with the links that do not run
///   /v1/links                as `crossfade status --json` prints it
///   /v1/links/{name}         one link
///   /v1/links/{name}/wait?until=copied|synced|drained&timeout_ms=60000
///                            200 when it holds, 408 when the time ran out, 409 when the link has
///                            stopped; at most kWaiters at a time
///   /v1/violations?link=&limit=100, /v1/deadletters?link=&limit=100
///                            {"violations":[...]}, newest first, canonical Extended JSON; cut
///                            before kListingBytes, then "truncated" is true
///   /metrics                 Prometheus text
/// One thread only. The view outlives it.
class AdminRoutes {
 public:
  static constexpr int kWaiters = 32;
  static constexpr std::size_t kListingBytes = 16U << 20;

  /// `local`: the endpoint listens on this machine alone. Only requests that were addressed to this
  /// machine are answered then, so that no web page can read it through a name of its own.
  AdminRoutes(ServiceView& view, bool local) : view_(view), local_(local) {}

  /// Never throws. Cancel: a wait ends when the view's wait ends.
  Task<AdminReply> answer(AdminRequest request);

 private:
  Task<AdminReply> dispatch(std::string target);
  Task<AdminReply> wait(std::string link, std::string until, std::string timeout_ms);
  Task<AdminReply> listing(std::string name, std::string link, std::string limit);
  AdminReply readiness() const;
  AdminReply one_link(const std::string& name) const;

  ServiceView& view_;
  bool local_;
  int waiters_ = 0;
};

}  // namespace crossfade::sync
