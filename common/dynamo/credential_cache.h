#pragma once

#include <memory>

#include "common/async/stop.h"
#include "common/base/log.h"
#include "common/dynamo/credentials.h"

namespace crossfade::dynamo {

/// The credentials in use. Loads once for all who ask at the same time; from 15 minutes before
/// expiry one caller loads new ones while the others go on with the old, from 10 minutes before all
/// wait. When that fails the old ones serve until they expire, and the next try is a minute later.
/// One thread only.
class CredentialCache {
 public:
  CredentialCache(CredentialChain chain, const Executor& executor, const Clock& clock, Log& log);

  /// Fault::credentials names all places that were tried when none has any.
  Task<Result<std::shared_ptr<const Credentials>>> get();
  /// The store has refused these: the next get() loads anew, unless others are in use already.
  void refused(const Credentials& credentials);

 private:
  enum class State { missing, old, ageing, fresh };

  State state() const;
  Task<Result<Credentials>> load();
  Task<void> renew();

  CredentialChain chain_;
  const Clock& clock_;
  Log& log_;
  Stop lasting_;
  Signal loaded_;
  bool loading_ = false;
  std::shared_ptr<const Credentials> current_;
  std::optional<Error> failure_;
  std::int64_t not_before_ms_ = 0;
};

}  // namespace crossfade::dynamo
