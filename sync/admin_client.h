#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "sync/config.h"

namespace crossfade::sync {

struct AdminCall {
  std::string method = "GET";
  std::string target;
  std::string body;             ///< JSON
  std::string idempotency_key;  ///< of a changing call: it may be sent again
};

struct AdminAnswer {
  int status = 0;
  std::string body;
};

/// Something to look at while a call is under way.
struct AdminWatch {
  std::string target;
  Milliseconds first{2'000};  ///< from the begin of the call
  Milliseconds every{500};
  std::function<void(const AdminAnswer&)> seen;
};

/// Asks the admin endpoint of a running service, for the command line. Blocks; one thread.
class AdminClient {
 public:
  explicit AdminClient(AdminConfig address);
  ~AdminClient();

  /// Reads the token with the first call. Whatever the service answered. Fault::unavailable with
  /// one sentence when nothing listens, Fault::transient when the answer did not come whole within
  /// `limit`.
  Result<AdminAnswer> send(const AdminCall& call, Milliseconds limit);
  /// The same; meanwhile `watch.seen` gets what the service answers to `watch.target`. A look that
  /// fails is passed over.
  Result<AdminAnswer> send(const AdminCall& call, Milliseconds limit, const AdminWatch& watch);
  Result<AdminAnswer> get(const std::string& target, Milliseconds limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The body of a good answer; of another one its sentence as an error.
Result<std::string> body_of(const AdminAnswer& answer);

/// Text for a part of a path or the value of a parameter.
std::string url_encoded(std::string_view text);

}  // namespace crossfade::sync
