#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "sync/config.h"

namespace crossfade::sync {

struct AdminAnswer {
  int status = 0;
  std::string body;
};

/// Asks the admin endpoint of a running service, for the command line. Blocks; one thread.
class AdminClient {
 public:
  explicit AdminClient(AdminConfig address);
  ~AdminClient();

  /// Whatever the service answered. Fault::unavailable with one sentence when nothing listens,
  /// Fault::transient when the answer did not come whole within `limit`.
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
