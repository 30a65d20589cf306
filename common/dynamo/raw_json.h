#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace crossfade::dynamo {

/// Cuts JSON into the texts of its parts without reading them, for answers whose parts are handed
/// on as they are. Members are found by their raw names, so a name with escapes is not. nullopt for
/// what is no JSON object or array, or has no such member.
std::optional<std::string_view> raw_member(std::string_view object, std::string_view name);
std::optional<std::vector<std::string_view>> raw_elements(std::string_view array);

/// The raw content of a text member, without its quotes; empty when there is none.
std::string_view raw_text_member(std::string_view object, std::string_view name);

/// `{}`, blanks aside.
bool is_empty_object(std::string_view object);

}  // namespace crossfade::dynamo
