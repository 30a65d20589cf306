#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/codec/mapping.h"

namespace crossfade::codec {

using AttributeNames = std::set<std::string, std::less<>>;

/// The attributes on top of an item but the key's and ours, each with bytes that are the same for
/// the same value.
using Attributes = std::map<std::string, std::string, std::less<>>;

/// None for an absent document. An error when it has no form as an item.
Result<Attributes> attributes_of(const Mapper& mapper, const std::optional<std::string>& document);

/// Those that only one has, or that differ.
AttributeNames differing(const Attributes& one, const Attributes& other);

/// `base` with these attributes as `from` has them: values, absence and what the reserved field
/// says about their types.
std::string overlaid(const Mapper& mapper, std::string_view base, std::string_view from,
                     const AttributeNames& names);

}  // namespace crossfade::codec
