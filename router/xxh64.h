#pragma once

#include <cstdint>
#include <string_view>

namespace crossfade {

/// XXH64 with seed 0, as https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md specifies
/// it. Buckets are made of it, here and in every application's router: it never changes.
std::uint64_t xxh64(std::string_view bytes);

}  // namespace crossfade
