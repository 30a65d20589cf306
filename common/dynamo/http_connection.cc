#include "common/dynamo/http_connection.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "common/dynamo/http_message.h"
#include "common/dynamo/http_padded_body.h"
#include "common/dynamo/http_resolve.h"

namespace crossfade::dynamo {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
namespace {

constexpr std::size_t kReadBytes = 64U << 10;  // Beast reads as much as the buffer has room for
constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);

using PlainStream = beast::tcp_stream;
using TlsStream = ssl::stream<beast::tcp_stream>;

std::string describe(const error_code& failure, Milliseconds timeout) {
  if (failure == beast::error::timeout) {
    return fmt::format("no answer within {} ms", timeout.count());
  }
  if (failure == asio::error::eof || failure == http::error::end_of_stream ||
      failure == http::error::partial_message || failure == ssl::error::stream_truncated) {
    return "the server closed the connection";
  }
  if (failure == http::error::body_limit) return "the answer is larger than allowed";
  return failure.message();
}

HttpResponse take_response(http::response<PaddedBody>&& message) {
  HttpResponse response;
  response.status = message.result_int();
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    response.headers.emplace_back(std::move(name), field.value());
  }
  response.body = std::move(message.body());
  return response;
}

template <class Stream>
class StreamConnection final : public HttpConnection {
 public:
  explicit StreamConnection(Stream stream) : stream_(std::move(stream)) {
    buffer_.reserve(kReadBytes);
  }

  Task<Exchange> exchange(std::string_view head, std::string_view body, Milliseconds timeout,
                          std::size_t max_body_bytes) override {
    Exchange result;
    beast::get_lowest_layer(stream_).expires_after(timeout);
    const std::array<asio::const_buffer, 2> message = {asio::buffer(head), asio::buffer(body)};
    const auto [unsent, bytes_sent] = co_await asio::async_write(stream_, message, kQuiet);
    if (unsent) {
      note_failure(result, unsent, timeout);
      co_return result;
    }
    result.fully_sent = true;
    http::response_parser<PaddedBody> parser;
    parser.body_limit(max_body_bytes);
    const auto [unread, bytes_read] = co_await http::async_read(stream_, buffer_, parser, kQuiet);
    result.reply_begun = parser.got_some();
    if (unread) {
      note_failure(result, unread, timeout);
      co_return result;
    }
    beast::get_lowest_layer(stream_).expires_never();
    result.keep_alive = parser.keep_alive();
    result.response = take_response(parser.release());
    co_return result;
  }

  bool usable() override {
    auto& socket = beast::get_lowest_layer(stream_).socket();
    if (!socket.is_open() || buffer_.size() != 0) return false;
    char byte = 0;
    const auto seen = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  Stream& stream() { return stream_; }

 private:
  static void note_failure(Exchange& result, const error_code& failure, Milliseconds timeout) {
    result.failure = describe(failure, timeout);
    result.timed_out = failure == beast::error::timeout;
  }

  Stream stream_;
  beast::flat_buffer buffer_;
};

Error unreachable(const HttpTarget& target, std::string_view why) {
  return fail(Fault::unavailable, fmt::format("No connection to {}: {}.", to_url(target), why));
}

bool is_address(const std::string& host) {
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  return !not_an_address;
}

/// The certificate must be for this host, and the server learns which host is meant.
bool name_peer(SSL* handle, const std::string& host) {
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str());
  SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string name = host;
  return SSL_set1_host(handle, name.c_str()) == 1 &&
         SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) ==
             1;
}

std::string handshake_failure(SSL* handle, const error_code& failure, Milliseconds timeout) {
  const long verdict = SSL_get_verify_result(handle);
  if (verdict == X509_V_OK) return "the TLS handshake failed, " + describe(failure, timeout);
  return fmt::format(
      "its certificate is not accepted ({}); for a certificate of your own set dynamodb.ca_file or "
      "admin.tls.ca",
      X509_verify_cert_error_string(verdict));
}

Task<Result<std::unique_ptr<HttpConnection>>> shake_hands(PlainStream socket,
                                                          const HttpTarget& target,
                                                          ssl::context& tls, Milliseconds timeout) {
  auto connection =
      std::make_unique<StreamConnection<TlsStream>>(TlsStream(std::move(socket), tls));
  TlsStream& stream = connection->stream();
  if (!name_peer(stream.native_handle(), target.host)) {
    co_return unreachable(target, "the host name cannot be used for TLS");
  }
  beast::get_lowest_layer(stream).expires_after(timeout);
  const auto [failure] = co_await stream.async_handshake(ssl::stream_base::client, kQuiet);
  if (failure) {
    co_return unreachable(target, handshake_failure(stream.native_handle(), failure, timeout));
  }
  co_return std::unique_ptr<HttpConnection>(std::move(connection));
}

}  // namespace

Task<Result<std::unique_ptr<HttpConnection>>> open_connection(const HttpTarget& target,
                                                              ssl::context* tls,
                                                              Milliseconds step_timeout) {
  CO_TRY(const Endpoints endpoints, co_await resolve(target.host, target.port, step_timeout));
  PlainStream socket(co_await asio::this_coro::executor);
  socket.expires_after(step_timeout);
  const auto [failure, peer] = co_await socket.async_connect(endpoints, kQuiet);
  if (failure) co_return unreachable(target, describe(failure, step_timeout));
  error_code ignored;
  socket.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (target.tls) {
    co_return co_await shake_hands(std::move(socket), target, *tls, step_timeout);
  }
  co_return std::make_unique<StreamConnection<PlainStream>>(std::move(socket));
}

}  // namespace crossfade::dynamo
