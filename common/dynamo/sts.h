#pragma once

#include <memory>
#include <string>

#include "common/dynamo/credential_http.h"
#include "common/dynamo/credentials.h"
#include "common/dynamo/environment.h"

namespace crossfade::dynamo {

struct Role {
  std::string arn;
  std::string session_name;  ///< empty: one is made up
  std::string external_id;
  std::string duration_seconds;
};

/// The two calls of AWS STS that give a role's credentials, at the region's own endpoint or the one
/// that AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL names. Fault::credentials with STS's own words
/// when it refuses.
class Sts {
 public:
  Sts(const Environment& environment, std::string region, std::shared_ptr<CredentialHttp> http,
      const Parts& parts)
      : environment_(environment),
        region_(std::move(region)),
        http_(std::move(http)),
        parts_(parts) {}

  Task<Result<Credentials>> assume_role(const Role& role, const Credentials& source);
  /// Not signed: `token` is the proof.
  Task<Result<Credentials>> assume_role_with_token(const Role& role, const std::string& token);

 private:
  Result<HttpTarget> target() const;
  std::string form(std::string_view action, const Role& role);
  Task<Result<Credentials>> ask(HttpRequest request, const Role& role, const Credentials* signer);

  const Environment& environment_;
  std::string region_;
  std::shared_ptr<CredentialHttp> http_;
  Parts parts_;
};

/// Pure: the answer of STS, XML.
Result<Credentials> parse_sts_answer(const HttpResponse& response, const std::string& role_arn);

}  // namespace crossfade::dynamo
