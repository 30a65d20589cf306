#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "sync/status.h"

namespace crossfade::sync {

/// One link as a JSON object; the names are those of the members, `table` and so on besides the
/// ones that scripts rely on: name, phase, reason, load, forward, backward, violations,
/// dead_letters. `group`, `version` and `percent` are there for a link that has a group.
std::string to_json(const LinkStatus& link);
/// `{"links":[...]}`
std::string to_json(const std::vector<LinkStatus>& links);

/// Reads the latter. Members that are missing keep their defaults, unknown ones are passed over: a
/// command line of one version may speak to a service of another. Fault::corrupt for anything else.
Result<std::vector<LinkStatus>> links_from_json(std::string_view text);

}  // namespace crossfade::sync
