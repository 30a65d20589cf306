#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/dynamo/crypto.h"

namespace crossfade::dynamo {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// AWS Signature Version 4 (AWS4-HMAC-SHA256) for what DynamoDB and STS need: POST, path `/`, no
/// query string. Pure functions; checked against botocore in tests/unit/dynamo.
namespace sigv4 {

struct Scope {
  std::string region;
  std::string service;  ///< `dynamodb` for both DynamoDB services
};

struct Keys {
  std::string access_key;
  std::string secret_key;
};

/// 20260101T000000Z
std::string timestamp(std::int64_t wall_ms);

/// `headers`: all that shall be signed, in any order and case.
std::string canonical_request(const Headers& headers, std::string_view body);
/// `content-type;host;x-amz-date`
std::string signed_headers(const Headers& headers);
std::string credential_scope(std::string_view timestamp, const Scope& scope);
std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request);
Digest signing_key(std::string_view secret_key, std::string_view date, const Scope& scope);
std::string signature(const Digest& signing_key, std::string_view string_to_sign);

}  // namespace sigv4

/// Signs requests for one scope, and keeps the signing key of the day and the secret last used:
/// four of the five HMACs of a request. Not thread-safe.
class Signer {
 public:
  explicit Signer(sigv4::Scope scope) : scope_(std::move(scope)) {}

  /// Adds X-Amz-Date, X-Amz-Security-Token when there is a token, and Authorization. `headers` hold
  /// Host and all others that shall be signed.
  void sign(Headers& headers, std::string_view body, const sigv4::Keys& keys,
            std::string_view session_token, std::int64_t wall_ms);

 private:
  const Digest& key_of(const sigv4::Keys& keys, std::string_view date);

  sigv4::Scope scope_;
  std::string date_;
  std::string secret_key_;
  Digest key_{};
};

}  // namespace crossfade::dynamo
