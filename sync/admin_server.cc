#include "sync/admin_server.h"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <utility>

#include "common/async/task_group.h"
#include "sync/admin_connection.h"
#include "sync/admin_tls.h"
#include "sync/config_rules.h"
#include "sync/token_file.h"

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

/// What is read once, before the endpoint listens.
struct Secrets {
  std::string token;
  std::unique_ptr<asio::ssl::context> tls;
};

/// Whoever can reach the endpoint can move a company's users: so others need a token.
Result<Secrets> secrets_of(const AdminConfig& admin, const tcp::endpoint& endpoint) {
  Secrets secrets;
  if (!admin.token_file.empty()) {
    TRY(secrets.token, read_token(admin.token_file));
  } else if (!endpoint.address().is_loopback()) {
    return fail(Fault::invalid,
                fmt::format("The admin endpoint would listen on {}, where others reach it, without "
                            "a token: give one with \"admin: {{token_file: ...}}\".",
                            format_listen(admin)));
  }
  TRY(secrets.tls, make_admin_tls(admin.tls));
  return secrets;
}

}  // namespace

struct AdminServer::Impl {
  Impl(tcp::acceptor open_acceptor, const AdminParts& parts, Secrets given_secrets,
       const Executor& executor, AdminLimits given)
      : acceptor(std::move(open_acceptor)),
        tls(std::move(given_secrets.tls)),
        routes(parts,
               {acceptor.local_endpoint().address().is_loopback(), std::move(given_secrets.token)},
               executor),
        limits(given),
        port(acceptor.local_endpoint().port()),
        freed(executor) {}

  Task<Result<void>> accept(TaskGroup& group);
  Task<Result<void>> converse(tcp::socket socket, TaskGroup& group);
  void close();

  tcp::acceptor acceptor;
  std::unique_ptr<asio::ssl::context> tls;  ///< null: plain
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
      group.start(converse(std::move(socket), group));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> AdminServer::Impl::converse(tcp::socket socket, TaskGroup& group) {
  const auto connection = make_connection(std::move(socket), tls.get(), routes, limits);
  const auto place = connections.insert(connections.end(), connection.get());
  co_await connection->run(group);
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
  TRY(Secrets secrets, secrets_of(admin, endpoint));
  boost::system::error_code error;
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return cannot_listen(admin, error);
  auto impl =
      std::make_unique<Impl>(std::move(acceptor), parts, std::move(secrets), executor, limits);
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
