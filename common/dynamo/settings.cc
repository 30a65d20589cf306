#include "common/dynamo/settings.h"

#include <fmt/core.h>

#include <algorithm>

namespace crossfade::dynamo {
namespace {

bool is_region(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<std::string> find_region(const ClientOptions& options, const Environment& environment,
                                const ProfileFiles& files) {
  std::string region = options.region;
  if (region.empty()) region = environment.variable("AWS_REGION");
  if (region.empty()) region = environment.variable("AWS_DEFAULT_REGION");
  if (region.empty()) region = files.value(profile_in_use(options.profile, environment), "region");
  if (region.empty()) {
    return fail(Fault::invalid, "No AWS region is set: write dynamodb.region, or set AWS_REGION.");
  }
  if (!is_region(region)) {
    return fail(Fault::invalid,
                fmt::format("\"{}\" is no AWS region; write it like eu-central-1.", region));
  }
  return region;
}

Result<HttpTarget> find_target(const ClientOptions& options, const Environment& environment,
                               const std::string& variable, const std::string& own_host) {
  if (!options.endpoint.empty()) return parse_endpoint(options.endpoint);
  std::string url = environment.variable(variable);
  if (url.empty()) url = environment.variable("AWS_ENDPOINT_URL");
  if (url.empty()) url = "https://" + own_host;
  return parse_endpoint(url);
}

}  // namespace

std::string_view dns_suffix(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

Result<Settings> find_settings(const ClientOptions& options, const Environment& environment,
                               const ProfileFiles& files) {
  Settings settings;
  TRY(settings.region, find_region(options, environment, files));
  const std::string host =
      fmt::format("dynamodb.{}.{}", settings.region, dns_suffix(settings.region));
  TRY(settings.tables, find_target(options, environment, "AWS_ENDPOINT_URL_DYNAMODB", host));
  TRY(settings.streams,
      find_target(options, environment, "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "streams." + host));
  return settings;
}

}  // namespace crossfade::dynamo
