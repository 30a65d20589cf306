#include "router/xxh64.h"

#include <bit>
#include <cstddef>

namespace crossfade {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

/// Little endian, whatever the machine.
std::uint64_t read(const char* at, int bytes) {
  std::uint64_t out = 0;
  for (int i = bytes - 1; i >= 0; --i) out = out << 8 | static_cast<unsigned char>(at[i]);
  return out;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t merge(std::uint64_t hash, std::uint64_t lane) {
  return (hash ^ round(0, lane)) * kPrime1 + kPrime4;
}

/// Takes whole stripes of 32 bytes off `rest`.
std::uint64_t stripes(std::string_view& rest) {
  std::uint64_t a = kPrime1 + kPrime2;
  std::uint64_t b = kPrime2;
  std::uint64_t c = 0;
  std::uint64_t d = 0 - kPrime1;
  for (; rest.size() >= 32; rest.remove_prefix(32)) {
    a = round(a, read(rest.data(), 8));
    b = round(b, read(rest.data() + 8, 8));
    c = round(c, read(rest.data() + 16, 8));
    d = round(d, read(rest.data() + 24, 8));
  }
  const std::uint64_t sum = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
  return merge(merge(merge(merge(sum, a), b), c), d);
}

std::uint64_t avalanche(std::uint64_t hash) {
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

}  // namespace

std::uint64_t xxh64(std::string_view bytes) {
  std::string_view rest = bytes;
  std::uint64_t hash = rest.size() >= 32 ? stripes(rest) : kPrime5;
  hash += bytes.size();
  for (; rest.size() >= 8; rest.remove_prefix(8))
    hash = std::rotl(hash ^ round(0, read(rest.data(), 8)), 27) * kPrime1 + kPrime4;
  if (rest.size() >= 4) {
    hash = std::rotl(hash ^ read(rest.data(), 4) * kPrime1, 23) * kPrime2 + kPrime3;
    rest.remove_prefix(4);
  }
  for (; !rest.empty(); rest.remove_prefix(1))
    hash = std::rotl(hash ^ read(rest.data(), 1) * kPrime5, 11) * kPrime1;
  return avalanche(hash);
}

}  // namespace crossfade
