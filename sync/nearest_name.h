#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crossfade::sync {

/// Steps between two words: a letter put in, left out, changed, or swapped with its neighbour.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// What to tell somebody who wrote `word`: `did you mean "table"?`, or all of the names, nearest
/// first, when none is near.
std::string suggestion(std::string_view word, std::vector<std::string> names);

}  // namespace crossfade::sync
