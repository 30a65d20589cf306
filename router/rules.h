#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace crossfade {

enum class Side : std::uint8_t { dynamodb, mongodb };

std::string_view to_string(Side side);

/// Who owns writes, by subject: deny > allow > bucket = XXH64(salt, NUL, subject) mod 10000 <
/// percent x 100 (rounded, a half upwards). Subjects are compared byte by byte, as UTF-8 that
/// nobody normalizes. Pure; the same for ever for the same rule, so raising the percentage only
/// adds subjects.
struct AuthorityRule {
  double percent = 0;  ///< of the subjects, served by MongoDB; two decimals count
  std::set<std::string, std::less<>> allow;
  std::set<std::string, std::less<>> deny;
  std::string salt;  ///< frozen when the group begins

  /// A key without a subject belongs to DynamoDB until the percentage is 100.
  /// Allocates nothing.
  Side side_of(std::optional<std::string_view> subject) const;

  bool operator==(const AuthorityRule&) const = default;
};

/// Where writes of a subject go, and whether they may go there now.
struct Decision {
  Side side = Side::dynamodb;
  bool fenced = false;  ///< the subject is moving: reads from `side`, no writes at all

  bool operator==(const Decision&) const = default;
};

/// One version of a group's rules, as the service, the command line and the application's router
/// all hold it. While a hand-off is under way `next` says where it leads, and the subjects that
/// the two rules place differently are fenced.
struct RuleSet {
  std::string group;
  std::int64_t version = 1;  ///< never re-used
  std::int64_t epoch = 1;    ///< counts the hand-offs that took effect
  AuthorityRule rule;
  std::optional<AuthorityRule> next;

  Decision decide(std::optional<std::string_view> subject) const;

  bool operator==(const RuleSet&) const = default;
};

/// Which ways subjects can move when `from` is replaced by `to` (same salt). Says yes for a
/// percentage that changes, whether or not a known subject lies between.
struct Moves {
  bool to_mongodb = false;
  bool to_dynamodb = false;
};
Moves moves_between(const AuthorityRule& from, const AuthorityRule& to);

}  // namespace crossfade
