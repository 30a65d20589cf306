#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/result.h"
#include "router/rules.h"

namespace crossfade::control {

using Json = nlohmann::ordered_json;

/// `{"percent":10,"allow":["u1"],"deny":[]}`, lists sorted; the salt stands with the owner, once.
///
/// A list of more than kPlainList subjects is written as its difference from the list of `base`
/// wherever that is shorter: `{"add":["u9"],"remove":[]}`. So a state in the middle of a hand-off
/// holds a long list once, although four rules have it.
Json json_of(const AuthorityRule& rule, const AuthorityRule& base);
/// Takes the salt from `base`. Throws what nlohmann throws when the form is wrong.
AuthorityRule rule_of(const Json& json, const AuthorityRule& base);
inline constexpr std::size_t kPlainList = 100;

Json json_of(const RuleSet& rules);
Result<RuleSet> rules_of(const Json& json);

/// Version of every format in the control table.
inline constexpr int kFormat = 1;
/// Fault::corrupt when `json` was written by a newer version of the service.
Result<void> check_format(const Json& json);

/// One line of text; what is not UTF-8 is replaced rather than thrown.
std::string text_of(const Json& json);
/// What stands in the control table cannot be read.
Error unreadable(const std::string& what);

}  // namespace crossfade::control
