#pragma once

#include "common/control/group_state.h"
#include "common/control/rules_json.h"

namespace crossfade::control {

/// The two rules that the rules of a record are written as differences from, see rules_json.h.
struct RecordBase {
  const AuthorityRule& from;
  const AuthorityRule& to;
};

Json json_of(const HandoffRecord& record, const RecordBase& base);
/// Throws what nlohmann throws when the form is wrong.
Result<HandoffRecord> record_of(const Json& json, const RecordBase& base);

/// A journal entry: the record by itself, with version and salt.
std::string to_json(const HandoffRecord& record);
Result<HandoffRecord> record_from_json(const std::string& text);

}  // namespace crossfade::control
