#pragma once

#include <string>

#include "common/dynamo/environment.h"
#include "common/dynamo/http.h"
#include "common/dynamo/profiles.h"
#include "common/dynamo/types.h"

namespace crossfade::dynamo {

/// Where the requests go.
struct Settings {
  std::string region;
  HttpTarget tables;
  HttpTarget streams;
};

/// `amazonaws.com`, or `amazonaws.com.cn` for the regions of China.
std::string_view dns_suffix(std::string_view region);

/// Region: the options, AWS_REGION, AWS_DEFAULT_REGION, the profile. Endpoint: the options (for
/// both services), AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_DYNAMODB_STREAMS,
/// AWS_ENDPOINT_URL, the region's own hosts. Fault::invalid with a sentence.
Result<Settings> find_settings(const ClientOptions& options, const Environment& environment,
                               const ProfileFiles& files);

}  // namespace crossfade::dynamo
