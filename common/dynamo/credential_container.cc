#include "common/dynamo/credential_container.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

#include "common/dynamo/credential_files.h"
#include "common/dynamo/credential_json.h"
#include "common/dynamo/http_message.h"

namespace crossfade::dynamo {

namespace {
constexpr int kOk = 200;
constexpr std::array<std::string_view, 4> kKnownHosts = {"localhost", "169.254.170.2",
                                                         "169.254.170.23", "fd00:ec2::23"};
}  // namespace

bool may_serve_credentials(const std::string& host) {
  if (std::find(kKnownHosts.begin(), kKnownHosts.end(), host) != kKnownHosts.end()) return true;
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(host, not_an_address);
  return !not_an_address && address.is_loopback();
}

ContainerCredentials::ContainerCredentials(const Environment& environment, const Parts& parts,
                                           std::shared_ptr<CredentialHttp> http,
                                           std::string relative_base)
    : environment_(environment),
      parts_(parts),
      http_(std::move(http)),
      relative_base_(std::move(relative_base)) {}

Task<Result<std::optional<Credentials>>> ContainerCredentials::load() {
  const std::string relative = environment_.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  std::string url = environment_.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative.empty()) url = relative_base_ + relative;
  if (url.empty()) co_return std::nullopt;
  CO_TRY(const Url where, parse_url(url));
  if (!where.target.tls && !may_serve_credentials(where.target.host)) {
    co_return fail(Fault::credentials,
                   fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI must be https: {} is no address "
                               "of a container's own endpoint.",
                               where.target.host));
  }
  HttpRequest request;
  request.method = "GET";
  request.path = where.path;
  request.headers.emplace_back("Accept", "application/json");
  CO_TRY(std::string token, co_await authorization());
  if (!token.empty()) request.headers.emplace_back("Authorization", std::move(token));
  CO_TRY(const HttpResponse response, co_await http_->ask(where.target, request));
  if (response.status != kOk) {
    co_return fail(Fault::credentials, fmt::format("{} answers with HTTP {} for credentials.",
                                                   to_url(where.target), response.status));
  }
  CO_TRY(Credentials found, parse_credentials(response.body, std::string(name())));
  co_return found;
}

Task<Result<std::string>> ContainerCredentials::authorization() {
  const std::string file = environment_.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (file.empty()) co_return environment_.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  co_return co_await read_token(environment_, parts_, file);
}

}  // namespace crossfade::dynamo
