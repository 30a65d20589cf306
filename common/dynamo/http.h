#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/async/stop.h"
#include "common/base/result.h"
#include "common/dynamo/may_send.h"

namespace crossfade::dynamo {

struct HttpTarget {
  bool tls = false;
  std::string host;
  std::string port;

  auto operator<=>(const HttpTarget&) const = default;
};

struct HttpRequest {
  std::string method = "POST";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;  ///< Host is added when missing
  std::string body;
  MaySend may_send;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  /// Empty when absent. `name` in lower case.
  std::string_view header(std::string_view name) const;
};

struct HttpOptions {
  std::size_t max_connections = 64;  ///< per target; further requests wait in order
  Milliseconds connect_timeout{3'000};
  Milliseconds idle_timeout{20'000};  ///< an idle connection is dropped before the server does
  std::size_t max_body_bytes = 32U << 20;
  // Files in PEM, each may be empty.
  std::string ca_file;             ///< trusted besides the system's certificates
  std::string client_certificate;  ///< chain to show to a server that asks for one
  std::string client_key;
};

/// Keep-alive HTTP/1.1 connections by target, plain or TLS (certificate and host name are checked,
/// SNI is sent). A re-used connection that fails before any byte of a reply is tried once more on a
/// fresh one only when nothing of the request can have been processed or the caller says so by
/// `idempotent`. Fault::unavailable: could not connect (nothing was sent). Fault::transient: broke
/// or timed out later, with outcome_unknown set. Runs on the service's thread.
class HttpPool {
 public:
  HttpPool(HttpOptions options, const Executor& executor);
  ~HttpPool();

  Task<Result<HttpResponse>> send(const HttpTarget& target, const HttpRequest& request,
                                  Milliseconds timeout, bool idempotent);
  std::int64_t connections_opened() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `http://127.0.0.1:8000` or `https://host` in its parts. Fault::invalid with a sentence
/// otherwise.
Result<HttpTarget> parse_endpoint(std::string_view url);

}  // namespace crossfade::dynamo
