#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/model/change.h"
#include "common/model/conflict.h"
#include "router/rules.h"

namespace crossfade::state {

/// A change on the side without authority, with both images as they were when it was judged. Absent
/// image: no such item on that side.
struct Violation {
  std::string id;
  std::string link;
  Side side = Side::dynamodb;  ///< where the change was made
  std::string operation;       ///< put | remove
  Key key;
  std::optional<std::string> dynamodb;
  std::optional<std::string> mongodb;
  std::int64_t source_time_ms = 0;
  std::int64_t at_ms = 0;
  std::optional<Outcome> outcome;     ///< absent: what is `intended` is being done
  std::optional<Outcome> intended;    ///< merged or kept, while it is not known to be done
  std::optional<std::string> merged;  ///< the value that both sides were given
};

/// The fields of a violation as they are stored, version 2, without the `_id`.
std::string fields_of(const Violation& violation);
/// A stored document as version 2 would have it: violations of version 1 were all restored.
std::string in_present_form(std::string stored);

}  // namespace crossfade::state
