#pragma once

#include <memory>

#include "common/dynamo/sts.h"

namespace crossfade::dynamo {

/// A role for the token in `token_file`, which is read anew each time: it is replaced while we run.
Task<Result<Credentials>> load_web_identity(const Environment& environment, const Parts& parts,
                                            Sts& sts, Role role, std::string token_file);

/// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME (service accounts of EKS).
class WebIdentityCredentials final : public CredentialProvider {
 public:
  WebIdentityCredentials(const Environment& environment, const Parts& parts,
                         std::shared_ptr<Sts> sts)
      : environment_(environment), parts_(parts), sts_(std::move(sts)) {}

  std::string_view name() const override { return "AWS_WEB_IDENTITY_TOKEN_FILE"; }
  Task<Result<std::optional<Credentials>>> load() override;

 private:
  const Environment& environment_;
  Parts parts_;
  std::shared_ptr<Sts> sts_;
};

}  // namespace crossfade::dynamo
