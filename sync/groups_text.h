#pragma once

#include <string>
#include <string_view>

namespace crossfade::sync {

/// The admin endpoint's answers about groups as a person reads them. Members that are missing read
/// as empty: a command line of one version may speak to a service of another. End with a line
/// break.
std::string next_text(std::string_view json);
std::string why_text(std::string_view json);
std::string rules_text(std::string_view json);
std::string versions_text(std::string_view json);
std::string clients_text(std::string_view json);
std::string audit_text(std::string_view json);
/// What follows the sentence of a changing verb: what is at risk, guards, steps, the rules that
/// hold, the fence.
std::string move_text(std::string_view json);

/// 2026-11-26T09:54:07Z
std::string as_time(std::int64_t wall_ms);

}  // namespace crossfade::sync
