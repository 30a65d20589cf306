#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace crossfade {

enum class Side : std::uint8_t { dynamodb, mongodb };

std::string_view to_string(Side side);

/// Who owns writes, by subject: deny > allow > bucket = hash(salt, subject) mod 10000 < percent x
/// 100. Pure; the same for ever for the same rule, so raising the percentage only adds subjects.
struct AuthorityRule {
  double percent = 0;  ///< of the subjects, served by MongoDB; two decimals count
  std::set<std::string, std::less<>> allow;
  std::set<std::string, std::less<>> deny;
  std::string salt;

  /// A key without a subject belongs to DynamoDB until the percentage is 100.
  Side side_of(const std::optional<std::string>& subject) const;
};

}  // namespace crossfade
