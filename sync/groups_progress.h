#pragma once

#include <iosfwd>
#include <string>

#include "sync/admin_client.h"

namespace crossfade::sync {

/// Tells a person who waits for a hand-off which step it is at: one line a step.
class GroupsProgress {
 public:
  explicit GroupsProgress(std::ostream& err) : err_(err) {}

  /// Takes what `/v1/groups/{group}` answered.
  void seen(const AdminAnswer& answer);

 private:
  std::ostream& err_;
  std::string step_;
};

}  // namespace crossfade::sync
