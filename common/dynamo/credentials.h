#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"

namespace crossfade::dynamo {

/// Secret: never written to a log or a message. `source` may be: it says where they are from.
struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::optional<std::int64_t> expires_ms;  ///< wall clock; absent: they do not expire
  std::string source;
};

/// One place that credentials may come from. Called again whenever fresh ones are needed.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;

  /// How a message names the place: `the environment`, `profile dev`.
  virtual std::string_view name() const = 0;
  /// nullopt: nothing is set up there, so the next place is asked. An error: it is set up but does
  /// not work, which ends the search: Fault::credentials, or Fault::unavailable when somebody does
  /// not answer.
  virtual Task<Result<std::optional<Credentials>>> load() = 0;
};

using CredentialChain = std::vector<std::shared_ptr<CredentialProvider>>;

}  // namespace crossfade::dynamo
