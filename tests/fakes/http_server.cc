#include "tests/fakes/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace crossfade::fakes {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

constexpr std::chrono::seconds kLongest{30};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Splits `head`, which ends with the empty line.
Received parse_head(std::string_view head) {
  Received request;
  const auto line_end = head.find("\r\n");
  const std::string_view first = head.substr(0, line_end);
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  request.path = first.substr(space + 1, first.rfind(' ') - space - 1);
  head.remove_prefix(line_end + 2);
  while (!head.starts_with("\r\n") && !head.empty()) {
    const auto end = head.find("\r\n");
    const auto colon = head.find(':');
    const auto value = head.find_first_not_of(' ', colon + 1);
    request.headers[lower(std::string(head.substr(0, colon)))] = head.substr(value, end - value);
    head.remove_prefix(end + 2);
  }
  return request;
}

std::string render(const Reply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
  if (reply.act != Reply::Act::answer_chunked) {
    return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
  }
  text += "Transfer-Encoding: chunked\r\n\r\n";
  constexpr std::size_t kChunk = 1000;
  for (std::size_t at = 0; at < reply.body.size(); at += kChunk) {
    const std::string part = reply.body.substr(at, kChunk);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    text += size + part + "\r\n";
  }
  return text + "0\r\n\r\n";
}

}  // namespace

std::string Received::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct HttpServer::Impl {
  explicit Impl(const TlsIdentity* identity) {
    if (identity != nullptr) {
      tls.emplace(asio::ssl::context::tls_server);
      tls->use_certificate_chain(asio::buffer(identity->certificate));
      tls->use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen();
    port = acceptor.local_endpoint().port();
    listener = std::thread([this] { accept(); });
  }

  ~Impl() {
    {
      const std::lock_guard hold(lock);
      stopping = true;
      for (tcp::socket* socket : open) ::shutdown(socket->native_handle(), SHUT_RDWR);
    }
    wake.notify_all();
    ::shutdown(acceptor.native_handle(), SHUT_RDWR);
    listener.join();
    for (std::thread& connection : connections) connection.join();
  }

  void accept() {
    for (;;) {
      tcp::socket socket(io);
      boost::system::error_code failure;
      acceptor.accept(socket, failure);
      const std::lock_guard hold(lock);
      if (failure || stopping) return;
      const int number = ++connection_count;
      connections.emplace_back(
          [this, number, taken = std::move(socket)]() mutable { talk(std::move(taken), number); });
    }
  }

  void talk(tcp::socket socket, int number) {
    boost::system::error_code failure;
    socket.set_option(tcp::no_delay(true), failure);
    if (!tls) {
      converse(socket, socket, number);
      return;
    }
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *tls);
    if (!enter(stream.next_layer())) return;
    stream.handshake(asio::ssl::stream_base::server, failure);
    leave(stream.next_layer());
    if (!failure) converse(stream, stream.next_layer(), number);
  }

  bool enter(tcp::socket& socket) {
    const std::lock_guard hold(lock);
    if (!stopping) open.push_back(&socket);
    return !stopping;
  }

  void leave(tcp::socket& socket) {
    const std::lock_guard hold(lock);
    open.remove(&socket);
  }

  template <class Stream>
  void converse(Stream& stream, tcp::socket& socket, int number) {
    if (!enter(socket)) return;
    asio::streambuf buffer;
    while (exchange(stream, socket, buffer, number)) {
    }
    leave(socket);
    boost::system::error_code ignored;
    socket.close(ignored);
    const std::lock_guard hold(lock);
    ++closed_count;
    wake.notify_all();
  }

  template <class Stream>
  bool exchange(Stream& stream, tcp::socket& socket, asio::streambuf& buffer, int number) {
    boost::system::error_code failure;
    const std::size_t head_size = asio::read_until(stream, buffer, "\r\n\r\n", failure);
    if (failure) return false;
    std::string head(static_cast<const char*>(buffer.data().data()), head_size);
    buffer.consume(head_size);
    Received request = parse_head(head);
    request.connection = number;
    const std::string length = request.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    const bool whole = wants_body();
    if (whole) request.body = take_body(stream, buffer, size);
    const Reply reply = reply_to(request);
    if (reply.act == Reply::Act::reset_early) {
      socket.set_option(asio::socket_base::linger(true, 0), failure);
      return false;
    }
    if (!whole) record_body(take_body(stream, buffer, size), number);
    return answer(stream, reply);
  }

  bool wants_body() {
    const std::lock_guard hold(lock);
    return with_body;
  }

  template <class Stream>
  std::string take_body(Stream& stream, asio::streambuf& buffer, std::size_t size) {
    boost::system::error_code failure;
    if (buffer.size() < size) {
      asio::read(stream, buffer, asio::transfer_exactly(size - buffer.size()), failure);
    }
    const std::size_t got = std::min(size, buffer.size());
    std::string body(static_cast<const char*>(buffer.data().data()), got);
    buffer.consume(got);
    return body;
  }

  /// Fills it into what was recorded of the request when its head was in.
  void record_body(const std::string& body, int number) {
    const std::lock_guard hold(lock);
    for (auto it = requests.rbegin(); it != requests.rend(); ++it) {
      if (it->connection != number) continue;
      it->body = body;
      return;
    }
  }

  Reply reply_to(const Received& request) {
    const std::lock_guard hold(lock);
    requests.push_back(request);
    wake.notify_all();
    return script ? script(request) : Reply{};
  }

  template <class Stream>
  bool answer(Stream& stream, const Reply& reply) {
    if (!pause(reply.act == Reply::Act::hang ? std::chrono::hours(1) : reply.delay)) return false;
    if (reply.act == Reply::Act::close) return false;
    std::string text = render(reply);
    if (reply.act == Reply::Act::cut) text.resize(text.size() - reply.body.size() / 2 - 1);
    boost::system::error_code failure;
    asio::write(stream, asio::buffer(text), failure);
    return !failure && reply.act != Reply::Act::cut && !reply.close_after;
  }

  /// False when the server ends meanwhile.
  bool pause(std::chrono::milliseconds duration) {
    std::unique_lock hold(lock);
    wake.wait_for(hold, duration, [this] { return stopping; });
    return !stopping;
  }

  asio::io_context io;
  tcp::acceptor acceptor{io};
  std::optional<asio::ssl::context> tls;
  int port = 0;
  mutable std::mutex lock;
  mutable std::condition_variable wake;
  bool stopping = false;
  bool with_body = false;
  Script script;
  std::vector<Received> requests;
  std::list<tcp::socket*> open;
  int connection_count = 0;
  int closed_count = 0;
  std::list<std::thread> connections;
  std::thread listener;
};

HttpServer::HttpServer() : impl_(new Impl(nullptr)) {}
HttpServer::HttpServer(const TlsIdentity& identity) : impl_(new Impl(&identity)) {}
HttpServer::~HttpServer() = default;

void HttpServer::serve(Script script) {
  const std::lock_guard hold(impl_->lock);
  impl_->script = std::move(script);
  impl_->with_body = false;
}

void HttpServer::serve_whole(Script script) {
  const std::lock_guard hold(impl_->lock);
  impl_->script = std::move(script);
  impl_->with_body = true;
}

void HttpServer::serve(std::vector<Reply> replies) {
  serve([replies = std::move(replies), next = std::size_t{0}](const Received&) mutable {
    const Reply reply = replies.at(next);
    if (next + 1 < replies.size()) ++next;
    return reply;
  });
}

int HttpServer::port() const {
  return impl_->port;
}

std::string HttpServer::url() const {
  return (impl_->tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(impl_->port);
}

std::vector<Received> HttpServer::received() const {
  const std::lock_guard hold(impl_->lock);
  return impl_->requests;
}

bool HttpServer::wait_for_requests(std::size_t count) const {
  std::unique_lock hold(impl_->lock);
  return impl_->wake.wait_for(hold, kLongest, [&] { return impl_->requests.size() >= count; });
}

bool HttpServer::wait_for_closed(int count) const {
  std::unique_lock hold(impl_->lock);
  return impl_->wake.wait_for(hold, kLongest, [&] { return impl_->closed_count >= count; });
}

int HttpServer::connections() const {
  const std::lock_guard hold(impl_->lock);
  return impl_->connection_count;
}

}  // namespace crossfade::fakes
