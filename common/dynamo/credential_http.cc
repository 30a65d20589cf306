#include "common/dynamo/credential_http.h"

#include "common/async/backoff.h"

namespace crossfade::dynamo {
namespace {

constexpr Milliseconds kAskTimeout{5'000};
constexpr Milliseconds kBase{100};
constexpr Milliseconds kCap{1'000};
constexpr unsigned kAttempts = 3;
constexpr std::size_t kMaxBodyBytes = 256U << 10;
constexpr int kServerTrouble = 500;

HttpOptions http_options(const std::string& ca_file, Milliseconds connect_timeout) {
  HttpOptions options;
  options.max_connections = 2;
  options.connect_timeout = connect_timeout;
  options.max_body_bytes = kMaxBodyBytes;
  options.ca_file = ca_file;
  return options;
}

}  // namespace

CredentialHttp::CredentialHttp(const Parts& parts, const std::string& ca_file,
                               Milliseconds knock_timeout)
    : parts_(parts),
      knock_timeout_(knock_timeout),
      http_(http_options(ca_file, knock_timeout), parts.executor) {}

Task<Result<HttpResponse>> CredentialHttp::ask(const HttpTarget& target,
                                               const HttpRequest& request) {
  Stop lasting(parts_.executor);
  Backoff backoff(kBase, kCap, parts_.random);
  for (unsigned attempt = 1;; ++attempt) {
    auto response = co_await http_.send(target, request, kAskTimeout, true);
    const bool settled =
        response ? response->status < kServerTrouble : response.error().next() != Next::retry;
    if (settled || attempt == kAttempts) co_return response;
    co_await lasting.sleep(backoff.next());
  }
}

Task<Result<HttpResponse>> CredentialHttp::knock(const HttpTarget& target,
                                                 const HttpRequest& request) {
  return http_.send(target, request, knock_timeout_, true);
}

}  // namespace crossfade::dynamo
