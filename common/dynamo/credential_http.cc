#include "common/dynamo/credential_http.h"

#include "common/async/backoff.h"

namespace crossfade::dynamo {
namespace {

constexpr Milliseconds kConnectTimeout{1'000};
constexpr Milliseconds kKnockTimeout{1'000};
constexpr Milliseconds kAskTimeout{5'000};
constexpr Milliseconds kBase{100};
constexpr Milliseconds kCap{1'000};
constexpr unsigned kAttempts = 3;
constexpr std::size_t kMaxBodyBytes = 256U << 10;
constexpr int kServerTrouble = 500;

HttpOptions http_options(const std::string& ca_file) {
  HttpOptions options;
  options.max_connections = 2;
  options.connect_timeout = kConnectTimeout;
  options.max_body_bytes = kMaxBodyBytes;
  options.ca_file = ca_file;
  return options;
}

}  // namespace

CredentialHttp::CredentialHttp(const Parts& parts, const std::string& ca_file)
    : parts_(parts), http_(http_options(ca_file), parts.executor) {}

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
  return http_.send(target, request, kKnockTimeout, true);
}

}  // namespace crossfade::dynamo
