#include "common/model/authority.h"

#include <cmath>

#include "common/base/hash.h"

namespace crossfade {
namespace {

constexpr std::uint64_t kBuckets = 10'000;

std::uint64_t bucket_of(const std::string& salt, const std::string& subject) {
  std::string seeded = salt;
  seeded.push_back('\0');
  seeded.append(subject);
  return stable_hash(seeded) % kBuckets;
}

}  // namespace

std::string_view to_string(Side side) {
  return side == Side::dynamodb ? "dynamodb" : "mongodb";
}

Side AuthorityRule::side_of(const std::optional<std::string>& subject) const {
  const auto limit = static_cast<std::uint64_t>(std::llround(percent * 100));
  if (!subject) return limit >= kBuckets ? Side::mongodb : Side::dynamodb;
  if (deny.contains(*subject)) return Side::dynamodb;
  if (allow.contains(*subject)) return Side::mongodb;
  return bucket_of(salt, *subject) < limit ? Side::mongodb : Side::dynamodb;
}

}  // namespace crossfade
