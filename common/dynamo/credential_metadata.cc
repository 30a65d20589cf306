#include "common/dynamo/credential_metadata.h"

#include <fmt/core.h>

#include "common/dynamo/credential_json.h"

namespace crossfade::dynamo {

namespace {
constexpr int kOk = 200;
constexpr int kNotFound = 404;
constexpr int kServerTrouble = 500;
constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
}  // namespace

Task<Result<std::optional<Credentials>>> MetadataCredentials::load() {
  if (environment_.variable("AWS_EC2_METADATA_DISABLED") == "true") co_return std::nullopt;
  CO_TRY(const HttpTarget where, target());
  CO_TRY(const auto token, co_await session(where));
  if (!token) co_return std::nullopt;
  CO_TRY(const auto roles, co_await get(where, std::string(kRoles), *token));
  if (!roles || roles->empty()) co_return std::nullopt;
  const std::string path = std::string(kRoles) + roles->substr(0, roles->find('\n'));
  CO_TRY(const auto document, co_await get(where, path, *token));
  if (!document) co_return std::nullopt;
  CO_TRY(Credentials found, parse_credentials(*document, std::string(name())));
  co_return found;
}

Result<HttpTarget> MetadataCredentials::target() const {
  const std::string url = environment_.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (!url.empty()) return parse_endpoint(url);
  const std::string mode = environment_.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  const bool six = mode == "IPv6" || mode == "ipv6";
  return HttpTarget{false, six ? "fd00:ec2::254" : "169.254.169.254", "80"};
}

Task<Result<std::optional<std::string>>> MetadataCredentials::session(const HttpTarget& target) {
  HttpRequest request;
  request.method = "PUT";
  request.path = "/latest/api/token";
  request.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  auto response = co_await http_->knock(target, request);
  if (!response || response->status != kOk) co_return std::nullopt;
  co_return std::move(response->body);
}

Task<Result<std::optional<std::string>>> MetadataCredentials::get(const HttpTarget& target,
                                                                  const std::string& path,
                                                                  const std::string& session) {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  request.headers.emplace_back("X-aws-ec2-metadata-token", session);
  CO_TRY(HttpResponse response, co_await http_->ask(target, request));
  if (response.status == kNotFound) co_return std::nullopt;
  if (response.status != kOk) {
    co_return fail(response.status >= kServerTrouble ? Fault::unavailable : Fault::credentials,
                   fmt::format("The EC2 instance's metadata answers with HTTP {} for credentials.",
                               response.status));
  }
  co_return std::move(response.body);
}

}  // namespace crossfade::dynamo
