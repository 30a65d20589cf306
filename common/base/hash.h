#pragma once

#include <cstdint>
#include <string_view>

namespace crossfade {

/// XXH3-64, seed 0. Persisted (lanes, write tokens): the algorithm and the seed never change.
std::uint64_t stable_hash(std::string_view bytes);

}  // namespace crossfade
