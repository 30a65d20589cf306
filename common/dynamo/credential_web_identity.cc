#include "common/dynamo/credential_web_identity.h"

#include <fmt/core.h>

#include "common/dynamo/credential_files.h"

namespace crossfade::dynamo {

Task<Result<Credentials>> load_web_identity(const Environment& environment, const Parts& parts,
                                            Sts& sts, Role role, std::string token_file) {
  CO_TRY(const std::string token, co_await read_token(environment, parts, token_file));
  co_return co_await sts.assume_role_with_token(role, token);
}

Task<Result<std::optional<Credentials>>> WebIdentityCredentials::load() {
  const std::string file = environment_.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  Role role;
  role.arn = environment_.variable("AWS_ROLE_ARN");
  role.session_name = environment_.variable("AWS_ROLE_SESSION_NAME");
  if (file.empty()) co_return std::nullopt;
  if (role.arn.empty()) {
    co_return fail(Fault::credentials,
                   "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.");
  }
  CO_TRY(Credentials found, co_await load_web_identity(environment_, parts_, *sts_, role, file));
  co_return found;
}

}  // namespace crossfade::dynamo
