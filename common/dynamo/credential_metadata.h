#pragma once

#include <memory>

#include "common/dynamo/credential_http.h"
#include "common/dynamo/credentials.h"
#include "common/dynamo/environment.h"

namespace crossfade::dynamo {

/// The role of the EC2 instance, from its metadata service (IMDSv2 only). Nothing is found when
/// nobody answers within a second, no role is attached, or AWS_EC2_METADATA_DISABLED=true.
/// AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6 are honoured.
class MetadataCredentials final : public CredentialProvider {
 public:
  MetadataCredentials(const Environment& environment, std::shared_ptr<CredentialHttp> http)
      : environment_(environment), http_(std::move(http)) {}

  std::string_view name() const override { return "the EC2 instance's metadata"; }
  Task<Result<std::optional<Credentials>>> load() override;

 private:
  Result<HttpTarget> target() const;
  Task<Result<std::optional<std::string>>> session(const HttpTarget& target);
  /// nullopt for 404.
  Task<Result<std::optional<std::string>>> get(const HttpTarget& target, const std::string& path,
                                               const std::string& session);

  const Environment& environment_;
  std::shared_ptr<CredentialHttp> http_;
};

}  // namespace crossfade::dynamo
