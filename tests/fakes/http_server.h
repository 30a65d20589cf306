#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crossfade::fakes {

/// A request as it arrived; header names in lower case.
struct Received {
  int connection = 0;  ///< counted from 1
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const;
};

/// What the server does about a request.
struct Reply {
  enum class Act {
    answer,
    close,          ///< reads the request, then closes without a word
    cut,            ///< closes in the middle of the body
    hang,           ///< never answers
    reset_early,    ///< resets the connection when the head of the request is in
    answer_chunked  ///< no Content-Length
  };

  Act act = Act::answer;
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;
  std::chrono::milliseconds delay{0};
  bool close_after = false;  ///< closes after the answer without having said so
};

/// PEM texts of a server's certificate and key.
struct TlsIdentity {
  std::string certificate;
  std::string key;
};

/// An HTTP/1.1 server on a free port of 127.0.0.1 that does what the test says, on threads of its
/// own, with no HTTP library behind it. Ends with its destructor. Thread-safe.
class HttpServer {
 public:
  using Script = std::function<Reply(const Received&)>;

  HttpServer();
  explicit HttpServer(const TlsIdentity& identity);
  ~HttpServer();

  /// Answers to every request from now on; called on the connection's thread, one at a time.
  void serve(Script script);
  /// The same, called when the body is in too: the request that the script sees holds it.
  void serve_whole(Script script);
  /// These answers in turn, the last one for ever.
  void serve(std::vector<Reply> replies);

  int port() const;
  /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` with an identity.
  std::string url() const;
  std::vector<Received> received() const;
  int connections() const;
  /// Waits until so many requests have come in, or so many connections have been ended by the
  /// server; false when that takes more than half a minute.
  bool wait_for_requests(std::size_t count) const;
  bool wait_for_closed(int count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::fakes
