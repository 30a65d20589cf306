#pragma once

#include <string>

#include "common/control/control_table.h"

namespace crossfade::control {

/// All of an entry but its `answer`, which is an attribute of its own. Long texts are cut.
std::string to_json(const AuditEntry& entry);
Result<AuditEntry> audit_from_json(const std::string& text);

}  // namespace crossfade::control
