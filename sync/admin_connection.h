#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "sync/admin_routes.h"
#include "sync/admin_server.h"

namespace crossfade::sync {

/// One client of the admin endpoint. One thread only; routes and limits outlive it.
class AdminConnection {
 public:
  AdminConnection(boost::asio::ip::tcp::socket socket, AdminRoutes& routes,
                  const AdminLimits& limits);
  ~AdminConnection();
  AdminConnection(const AdminConnection&) = delete;
  AdminConnection& operator=(const AdminConnection&) = delete;

  /// Answers requests one after the other until the client leaves, is too slow or too large, or
  /// `stop` is requested.
  Task<void> run(Stop& stop);
  /// Ends run() if it waits for a request; an answer under way is still sent.
  void leave();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::sync
