#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace crossfade {

/// XXH64 with seed 0, as https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md specifies
/// it, of bytes that come in pieces: however they are cut, the value is that of the whole. Buckets
/// are made of it, here and in every application's router: it never changes. Allocates nothing.
class Xxh64 {
 public:
  Xxh64();

  Xxh64& add(std::string_view piece);
  /// Of all that was added so far.
  std::uint64_t value() const;

 private:
  static constexpr std::size_t kStripe = 32;

  std::array<std::uint64_t, 4> lanes_;
  std::array<char, kStripe> stripe_;  ///< the last bytes, until they fill it
  std::size_t size_ = 0;              ///< of all pieces
};

std::uint64_t xxh64(std::string_view bytes);

}  // namespace crossfade
