#include "common/dynamo/credential_environment.h"

namespace crossfade::dynamo {

Task<Result<std::optional<Credentials>>> EnvironmentCredentials::load() {
  Credentials found;
  found.access_key = environment_.variable("AWS_ACCESS_KEY_ID");
  found.secret_key = environment_.variable("AWS_SECRET_ACCESS_KEY");
  found.session_token = environment_.variable("AWS_SESSION_TOKEN");
  found.source = name();
  if (found.access_key.empty() && found.secret_key.empty()) co_return std::nullopt;
  if (found.access_key.empty() || found.secret_key.empty()) {
    co_return fail(Fault::credentials,
                   "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together.");
  }
  co_return found;
}

}  // namespace crossfade::dynamo
