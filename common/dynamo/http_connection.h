#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/dynamo/http.h"

namespace crossfade::dynamo {

/// What became of one request on one connection. On a failure the flags tell what the server may
/// have seen: a request that was not fully sent cannot have had an effect.
struct Exchange {
  std::optional<HttpResponse> response;
  std::string failure;  ///< why there is no response; a few words, no sentence
  bool fully_sent = false;
  bool reply_begun = false;
  bool timed_out = false;
  bool keep_alive = false;  ///< the connection may carry another request
};

/// One connected socket, plain or TLS. One exchange at a time; runs on the service's thread.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;

  /// `head` ends with the empty line. `timeout` holds from the first byte sent to the last one
  /// read; running out closes the socket. The body of the response has 64 spare bytes for a parser.
  virtual Task<Exchange> exchange(std::string_view head, std::string_view body,
                                  Milliseconds timeout, std::size_t max_body_bytes) = 0;
  /// Open, and the server has neither closed it nor said anything unasked.
  virtual bool usable() = 0;
};

/// Resolves, connects and, for TLS, shakes hands and checks certificate and host name, each step
/// within `step_timeout`. `tls` is needed for TLS targets only and must outlive the connection.
/// Fault::unavailable with a sentence.
Task<Result<std::unique_ptr<HttpConnection>>> open_connection(const HttpTarget& target,
                                                              boost::asio::ssl::context* tls,
                                                              Milliseconds step_timeout);

}  // namespace crossfade::dynamo
