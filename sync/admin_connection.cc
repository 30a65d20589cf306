#include "sync/admin_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "sync/admin_deadline.h"

namespace crossfade::sync {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
namespace {

using Parser = http::request_parser<http::string_body>;
using Message = http::response<http::string_body>;
using PlainStream = beast::tcp_stream;
using TlsStream = ssl::stream<beast::tcp_stream>;

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);
constexpr Milliseconds kLinger{1'000};

/// Without the body.
AdminRequest request_of(const http::request<http::string_body>& message, std::string from) {
  AdminRequest request;
  request.method = message.method_string();
  request.target = message.target();
  request.host = message[http::field::host];
  request.from = std::move(from);
  request.origin = message[http::field::origin];
  request.authorization = message[http::field::authorization];
  request.idempotency_key = message["Idempotency-Key"];
  request.last_event_id = message["Last-Event-ID"];
  return request;
}

/// With its length, except when events follow.
Message message_of(AdminReply reply, unsigned version, bool keep_alive) {
  Message message(static_cast<http::status>(reply.status), version);
  message.reason(reason_of(reply.status));
  message.set(http::field::content_type, reply.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  if (reply.events) return message;
  message.body() = std::move(reply.body);
  message.prepare_payload();
  return message;
}

/// What to answer to a request that cannot be read; nothing when nobody is there to hear it.
std::optional<AdminReply> reply_to(const error_code& error) {
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

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  return gone ? "a client that has left" : peer.address().to_string();
}

/// Whether a client may send more requests.
enum class After : std::uint8_t { stay, end };

template <class Stream>
class Conversation final : public AdminConnection {
 public:
  Conversation(Stream stream, AdminRoutes& routes, const AdminLimits& limits)
      : stream_(std::move(stream)),
        buffer_(limits.header_bytes + limits.body_bytes),
        routes_(routes),
        limits_(limits) {}

  Task<void> run(TaskGroup& group) override;
  void leave() override {
    if (receiving_) socket().close();
  }

 private:
  beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }

  Task<bool> shake_hands();
  Task<After> serve(TaskGroup& group);
  Task<error_code> receive_head(Parser& parser);
  Task<error_code> receive_body(Parser& parser);
  Task<After> answer(const Parser& parser, AdminReply reply, bool keep_alive, Stop& stop);
  Task<After> refuse(AdminReply reply);
  Task<bool> send(Message& message);
  Task<void> send_events(EventFeed& events, Stop& stop);
  Task<void> part();

  Stream stream_;
  beast::flat_buffer buffer_;
  AdminRoutes& routes_;
  const AdminLimits& limits_;
  bool receiving_ = false;
};

template <class Stream>
Task<void> Conversation<Stream>::run(TaskGroup& group) {
  After after = co_await shake_hands() ? After::stay : After::end;
  while (after == After::stay && !group.stop().requested()) after = co_await serve(group);
  co_await part();
}

template <class Stream>
Task<bool> Conversation<Stream>::shake_hands() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    socket().expires_after(limits_.receive);
    receiving_ = true;
    const auto [error] = co_await stream_.async_handshake(ssl::stream_base::server, kQuiet);
    receiving_ = false;
    socket().expires_never();
    co_return !error;
  }
  co_return true;
}

template <class Stream>
Task<After> Conversation<Stream>::serve(TaskGroup& group) {
  Parser parser;
  AdminRequest request;
  error_code error = co_await receive_head(parser);
  if (!error) {
    request = request_of(parser.get(), address_of(socket().socket()));
    if (auto refused = routes_.refusal(request)) co_return co_await refuse(std::move(*refused));
    error = co_await receive_body(parser);
  }
  if (error) {
    auto refused = reply_to(error);
    if (!refused) co_return After::end;
    co_return co_await refuse(std::move(*refused));
  }
  request.body = std::move(parser.get().body());
  AdminReply reply = co_await answer_within(routes_, std::move(request), limits_.answer, group);
  const bool keep_alive = parser.get().keep_alive() && !group.stop().requested();
  co_return co_await answer(parser, std::move(reply), keep_alive, group.stop());
}

template <class Stream>
Task<error_code> Conversation<Stream>::receive_head(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser.body_limit(limits_.change_bytes);
  socket().expires_after(limits_.receive);
  receiving_ = true;
  const auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser, kQuiet);
  receiving_ = false;
  co_return error;
}

template <class Stream>
Task<error_code> Conversation<Stream>::receive_body(Parser& parser) {
  const bool asks = parser.get().method() == http::verb::get;
  const std::size_t most = asks ? limits_.body_bytes : limits_.change_bytes;
  if (parser.content_length().value_or(0) > most) {
    co_return http::make_error_code(http::error::body_limit);
  }
  parser.body_limit(most);
  receiving_ = true;
  const auto [error, bytes] = co_await http::async_read(stream_, buffer_, parser, kQuiet);
  receiving_ = false;
  socket().expires_never();
  co_return error;
}

template <class Stream>
Task<After> Conversation<Stream>::answer(const Parser& parser, AdminReply reply, bool keep_alive,
                                         Stop& stop) {
  const std::shared_ptr<EventFeed> events = reply.events;
  Message message = message_of(std::move(reply), parser.get().version(), keep_alive && !events);
  const bool sent = co_await send(message);
  if (sent && events) co_await send_events(*events, stop);
  co_return sent&& keep_alive && !events ? After::stay : After::end;
}

/// Answers before the body was read. What the client still sends is read for a moment: closing at
/// once would take the answer from it.
template <class Stream>
Task<After> Conversation<Stream>::refuse(AdminReply reply) {
  Message message = message_of(std::move(reply), 11, false);
  if (!co_await send(message)) co_return After::end;
  error_code error;
  socket().socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  socket().expires_after(kLinger);
  std::array<char, 4096> scrap{};
  for (std::size_t read = 0; !error && read < limits_.change_bytes;) {
    const auto [failed, bytes] = co_await socket().async_read_some(asio::buffer(scrap), kQuiet);
    error = failed;
    read += bytes;
  }
  co_return After::end;
}

template <class Stream>
Task<bool> Conversation<Stream>::send(Message& message) {
  socket().expires_after(limits_.send);
  http::response_serializer<http::string_body> serializer(message);
  error_code error;
  if (message.body().empty() && !message.has_content_length()) {
    std::tie(error, std::ignore) = co_await http::async_write_header(stream_, serializer, kQuiet);
  } else {
    std::tie(error, std::ignore) = co_await http::async_write(stream_, serializer, kQuiet);
  }
  socket().expires_never();
  co_return !error;
}

template <class Stream>
Task<void> Conversation<Stream>::send_events(EventFeed& events, Stop& stop) {
  while (true) {
    const std::string text = co_await events.next(stop);
    if (text.empty()) co_return;
    socket().expires_after(limits_.send);
    const auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(text), kQuiet);
    socket().expires_never();
    if (error) co_return;
  }
}

template <class Stream>
Task<void> Conversation<Stream>::part() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    socket().expires_after(kLinger);
    co_await stream_.async_shutdown(kQuiet);
  }
  error_code ignored;
  socket().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace

std::unique_ptr<AdminConnection> make_connection(asio::ip::tcp::socket socket, ssl::context* tls,
                                                 AdminRoutes& routes, const AdminLimits& limits) {
  PlainStream plain(std::move(socket));
  if (tls == nullptr) {
    return std::make_unique<Conversation<PlainStream>>(std::move(plain), routes, limits);
  }
  return std::make_unique<Conversation<TlsStream>>(TlsStream(std::move(plain), *tls), routes,
                                                   limits);
}

}  // namespace crossfade::sync
