#pragma once

#include <cstdint>
#include <memory>

#include "common/async/stop.h"
#include "sync/admin_limits.h"
#include "sync/admin_parts.h"
#include "sync/config.h"

namespace crossfade::sync {

/// The admin endpoint: HTTP/1.1 with keep-alive over AdminRoutes, plain or by TLS. It never listens
/// where others can reach it without a token. Runs on the service's thread; what it speaks for
/// outlives it.
class AdminServer {
 public:
  /// Reads token and certificates, binds and listens. Fault::invalid or Fault::unavailable with one
  /// sentence when it cannot. Port 0: a free one.
  static Result<std::unique_ptr<AdminServer>> listen(const AdminConfig& admin, AdminParts parts,
                                                     const Executor& executor,
                                                     AdminLimits limits = {});
  ~AdminServer();

  std::uint16_t port() const;
  /// Serves until `stop`, then ends idle connections at once and the others after their answer: a
  /// request that waits for a link is answered when ServiceView::wait returns. Never an error.
  Task<Result<void>> serve(Stop& stop);

 private:
  struct Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::sync
