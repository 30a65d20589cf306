#include "router/xxh64.h"

#include <algorithm>
#include <bit>

namespace crossfade {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

/// Little endian, whatever the machine.
template <int bytes>
std::uint64_t read(const char* at) {
  std::uint64_t out = 0;
  for (int i = bytes - 1; i >= 0; --i) out = out << 8 | static_cast<unsigned char>(at[i]);
  return out;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t converge(const std::array<std::uint64_t, 4>& lanes) {
  const auto [a, b, c, d] = lanes;
  std::uint64_t hash = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
  for (const std::uint64_t lane : lanes) hash = (hash ^ round(0, lane)) * kPrime1 + kPrime4;
  return hash;
}

/// Mixes in what is left behind the last whole stripe.
std::uint64_t finish(std::uint64_t hash, std::string_view rest) {
  for (; rest.size() >= 8; rest.remove_prefix(8))
    hash = std::rotl(hash ^ round(0, read<8>(rest.data())), 27) * kPrime1 + kPrime4;
  if (rest.size() >= 4) {
    hash = std::rotl(hash ^ read<4>(rest.data()) * kPrime1, 23) * kPrime2 + kPrime3;
    rest.remove_prefix(4);
  }
  for (; !rest.empty(); rest.remove_prefix(1))
    hash = std::rotl(hash ^ read<1>(rest.data()) * kPrime5, 11) * kPrime1;
  return hash;
}

std::uint64_t avalanche(std::uint64_t hash) {
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

}  // namespace

Xxh64::Xxh64() : lanes_{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1}, stripe_{} {}

Xxh64& Xxh64::add(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t filled = size_ % kStripe;
    const std::size_t taken = std::min(kStripe - filled, piece.size());
    piece.copy(stripe_.data() + filled, taken);
    piece.remove_prefix(taken);
    size_ += taken;
    if (size_ % kStripe != 0) break;
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      lanes_[i] = round(lanes_[i], read<8>(stripe_.data() + 8 * i));
  }
  return *this;
}

std::uint64_t Xxh64::value() const {
  const std::uint64_t begin = size_ >= kStripe ? converge(lanes_) : kPrime5;
  return avalanche(finish(begin + size_, {stripe_.data(), size_ % kStripe}));
}

std::uint64_t xxh64(std::string_view bytes) {
  return Xxh64().add(bytes).value();
}

}  // namespace crossfade
