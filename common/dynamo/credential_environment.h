#pragma once

#include "common/dynamo/credentials.h"
#include "common/dynamo/environment.h"

namespace crossfade::dynamo {

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
class EnvironmentCredentials final : public CredentialProvider {
 public:
  explicit EnvironmentCredentials(const Environment& environment) : environment_(environment) {}

  std::string_view name() const override { return "the environment"; }
  Task<Result<std::optional<Credentials>>> load() override;

 private:
  const Environment& environment_;
};

}  // namespace crossfade::dynamo
