#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "common/async/task_group.h"
#include "sync/admin_limits.h"
#include "sync/admin_routes.h"

namespace crossfade::sync {

/// One client of the admin endpoint. One thread only.
class AdminConnection {
 public:
  virtual ~AdminConnection() = default;

  /// Answers requests one after the other until the client leaves, is too slow or too large, or the
  /// group stops. A handler that takes too long goes on in the group.
  virtual Task<void> run(TaskGroup& group) = 0;
  /// Ends run() if it waits for a request; an answer under way is still sent.
  virtual void leave() = 0;
};

/// Routes, limits and `tls` (null: plain) outlive it.
std::unique_ptr<AdminConnection> make_connection(boost::asio::ip::tcp::socket socket,
                                                 boost::asio::ssl::context* tls,
                                                 AdminRoutes& routes, const AdminLimits& limits);

}  // namespace crossfade::sync
