#include "sync/admin_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

namespace crossfade::sync {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace {

using Parser = http::request_parser<http::string_body>;

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);

/// What to answer to a request that cannot be read; nothing when nobody is there to hear it.
std::optional<AdminReply> reply_to(const boost::system::error_code& error) {
  if (error == http::error::body_limit) return problem(413, "The request is too large.");
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, "The request's header is too large.");
  }
  const bool silent = error == http::error::end_of_stream || error == http::error::partial_message;
  if (silent || error.category() != http::make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return problem(400, "The request is not HTTP/1.1.");
}

AdminRequest request_of(const http::request<http::string_body>& message, std::string from) {
  AdminRequest request;
  request.method = message.method_string();
  request.target = message.target();
  request.host = message[http::field::host];
  request.body = message.body();
  request.from = std::move(from);
  request.authorization = message[http::field::authorization];
  request.idempotency_key = message["Idempotency-Key"];
  request.last_event_id = message["Last-Event-ID"];
  return request;
}

std::string address_of(const beast::tcp_stream& stream) {
  boost::system::error_code gone;
  const auto peer = stream.socket().remote_endpoint(gone);
  return gone ? "a client that has left" : peer.address().to_string();
}

}  // namespace

struct AdminConnection::Impl {
  Impl(asio::ip::tcp::socket socket, AdminRoutes& given_routes, const AdminLimits& given)
      : stream(std::move(socket)),
        buffer(given.header_bytes + given.body_bytes),
        routes(given_routes),
        limits(given) {}

  Task<boost::system::error_code> receive(Parser& parser);
  Task<bool> send(AdminReply reply, unsigned version, bool keep_alive);

  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  AdminRoutes& routes;
  const AdminLimits& limits;
  bool receiving = false;
};

AdminConnection::AdminConnection(asio::ip::tcp::socket socket, AdminRoutes& routes,
                                 const AdminLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(socket), routes, limits)) {}
AdminConnection::~AdminConnection() = default;

Task<void> AdminConnection::run(Stop& stop) {
  bool keep_alive = true;
  while (keep_alive && !stop.requested()) {
    Parser parser;
    const auto error = co_await impl_->receive(parser);
    if (error) {
      auto refusal = reply_to(error);
      if (refusal) co_await impl_->send(std::move(*refusal), 11, false);
      break;
    }
    const auto message = parser.release();
    AdminRequest request = request_of(message, address_of(impl_->stream));
    AdminReply reply = co_await impl_->routes.answer(std::move(request));
    keep_alive = message.keep_alive() && !stop.requested();
    const bool sent = co_await impl_->send(std::move(reply), message.version(), keep_alive);
    keep_alive = keep_alive && sent;
  }
  boost::system::error_code ignored;
  impl_->stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

void AdminConnection::leave() {
  if (impl_->receiving) impl_->stream.close();
}

Task<boost::system::error_code> AdminConnection::Impl::receive(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
  stream.expires_after(limits.receive);
  receiving = true;
  const auto [error, bytes] = co_await http::async_read(stream, buffer, parser, kQuiet);
  receiving = false;
  stream.expires_never();
  co_return error;
}

Task<bool> AdminConnection::Impl::send(AdminReply reply, unsigned version, bool keep_alive) {
  http::response<http::string_body> message(static_cast<http::status>(reply.status), version);
  message.reason(reason_of(reply.status));
  message.set(http::field::content_type, reply.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = std::move(reply.body);
  message.prepare_payload();
  stream.expires_after(limits.send);
  const auto [error, bytes] = co_await http::async_write(stream, message, kQuiet);
  stream.expires_never();
  co_return !error;
}

}  // namespace crossfade::sync
