#include "sync/admin_server.h"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <utility>

#include "common/async/task_group.h"
#include "sync/admin_connection.h"
#include "sync/config_rules.h"

namespace crossfade::sync {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);
constexpr Milliseconds kPauseAfterError{100};

Error cannot_listen(const AdminConfig& admin, const boost::system::error_code& error) {
  return fail(Fault::unavailable,
              fmt::format("cannot listen on {}: {}; choose another address with \"admin: {{listen: "
                          "...}}\"",
                          format_listen(admin), error.message()));
}

Result<tcp::endpoint> endpoint_of(const AdminConfig& admin, const Executor& executor) {
  boost::system::error_code error;
  tcp::resolver resolver(executor);
  const auto found =
      resolver.resolve(admin.host, std::to_string(admin.port), tcp::resolver::passive, error);
  if (error || found.empty()) return cannot_listen(admin, error);
  return found.begin()->endpoint();
}

}  // namespace

struct AdminServer::Impl {
  Impl(tcp::acceptor open_acceptor, const AdminParts& parts, const Executor& executor,
       AdminLimits given)
      : acceptor(std::move(open_acceptor)),
        routes(parts, acceptor.local_endpoint().address().is_loopback()),
        limits(given),
        port(acceptor.local_endpoint().port()),
        freed(executor) {}

  Task<Result<void>> accept(TaskGroup& group);
  Task<Result<void>> converse(tcp::socket socket, Stop& stop);
  void close();

  tcp::acceptor acceptor;
  AdminRoutes routes;
  AdminLimits limits;
  std::uint16_t port;
  Signal freed;
  std::list<AdminConnection*> connections;
};

Task<Result<void>> AdminServer::Impl::accept(TaskGroup& group) {
  Stop& stop = group.stop();
  while (!stop.requested()) {
    if (connections.size() >= limits.connections) {
      co_await freed.wait(stop, limits.receive);
      continue;
    }
    auto [error, socket] = co_await acceptor.async_accept(kQuiet);
    if (error) {
      co_await stop.sleep(kPauseAfterError);
    } else {
      group.start(converse(std::move(socket), stop));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> AdminServer::Impl::converse(tcp::socket socket, Stop& stop) {
  AdminConnection connection(std::move(socket), routes, limits);
  const auto place = connections.insert(connections.end(), &connection);
  co_await connection.run(stop);
  connections.erase(place);
  freed.notify();
  co_return Result<void>();
}

void AdminServer::Impl::close() {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (AdminConnection* connection : connections) connection->leave();
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() = default;

Result<std::unique_ptr<AdminServer>> AdminServer::listen(const AdminConfig& admin, AdminParts parts,
                                                         const Executor& executor,
                                                         AdminLimits limits) {
  TRY(const tcp::endpoint endpoint, endpoint_of(admin, executor));
  boost::system::error_code error;
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return cannot_listen(admin, error);
  auto impl = std::make_unique<Impl>(std::move(acceptor), parts, executor, limits);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

std::uint16_t AdminServer::port() const {
  return impl_->port;
}

Task<Result<void>> AdminServer::serve(Stop& stop) {
  TaskGroup group(stop);
  group.start(impl_->accept(group));
  while (!group.stop().requested()) co_await group.stop().sleep(std::chrono::hours(1));
  impl_->close();
  co_return co_await group.join();
}

}  // namespace crossfade::sync
