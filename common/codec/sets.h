#pragma once

#include <string_view>
#include <vector>

#include "common/codec/bson_reader.h"
#include "common/codec/number_form.h"

namespace crossfade::codec {

/// The members of an array that is to be a set, in the order of sets.
struct SetMembers {
  std::vector<std::string_view> texts;  ///< SS, and the bytes of BS
  std::vector<ReadNumber> numbers;      ///< NS
};

/// False: the array is no set of that type (any more): empty, mixed, of other types, or with equal
/// members.
bool read_set(const BsonValue& array, std::string_view type, bool fractions_as_double,
              SetMembers& members);

}  // namespace crossfade::codec
