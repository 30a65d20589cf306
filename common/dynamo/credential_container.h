#pragma once

#include <memory>

#include "common/dynamo/credential_http.h"
#include "common/dynamo/credentials.h"
#include "common/dynamo/environment.h"

namespace crossfade::dynamo {

/// The endpoint that ECS (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) or EKS Pod Identity
/// (AWS_CONTAINER_CREDENTIALS_FULL_URI) offers to a container. Plain http only to this machine and
/// to the fixed addresses of the two. AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is read anew each time
/// and goes before AWS_CONTAINER_AUTHORIZATION_TOKEN.
class ContainerCredentials final : public CredentialProvider {
 public:
  ContainerCredentials(const Environment& environment, const Parts& parts,
                       std::shared_ptr<CredentialHttp> http,
                       std::string relative_base = "http://169.254.170.2");

  std::string_view name() const override { return "the container's endpoint"; }
  Task<Result<std::optional<Credentials>>> load() override;

 private:
  Task<Result<std::string>> authorization();

  const Environment& environment_;
  Parts parts_;
  std::shared_ptr<CredentialHttp> http_;
  std::string relative_base_;
};

/// Pure: whether credentials may be fetched over plain http from there.
bool may_serve_credentials(const std::string& host);

}  // namespace crossfade::dynamo
