#pragma once

#include <string>

#include "common/dynamo/http.h"

namespace crossfade::dynamo {

/// `dynamodb.us-east-1.amazonaws.com`, or `127.0.0.1:8000` when the port is not the scheme's own;
/// this is what the Host header says and what is signed.
std::string host_header(const HttpTarget& target);

/// `https://host:port`, for messages.
std::string to_url(const HttpTarget& target);

/// A target and what to ask it for.
struct Url {
  HttpTarget target;
  std::string path;  ///< with the query, `/` at least
};
Result<Url> parse_url(std::string_view text);

/// Everything before the body. Fault::invalid when a header would break the message.
Result<std::string> request_head(const HttpTarget& target, const HttpRequest& request);

}  // namespace crossfade::dynamo
