#include "router/rules.h"

#include <cmath>

#include "router/xxh64.h"

namespace crossfade {
namespace {

constexpr std::uint64_t kBuckets = 10'000;

std::uint64_t bucket_of(std::string_view salt, std::string_view subject) {
  constexpr std::string_view kSeparator("\0", 1);
  return Xxh64().add(salt).add(kSeparator).add(subject).value() % kBuckets;
}

std::uint64_t buckets_moved(double percent) {
  return static_cast<std::uint64_t>(std::llround(percent * 100));
}

void note(Moves& moves, Side from, Side to) {
  if (from == to) return;
  (to == Side::mongodb ? moves.to_mongodb : moves.to_dynamodb) = true;
}

}  // namespace

std::string_view to_string(Side side) {
  return side == Side::dynamodb ? "dynamodb" : "mongodb";
}

Side AuthorityRule::side_of(std::optional<std::string_view> subject) const {
  const std::uint64_t limit = buckets_moved(percent);
  if (!subject) return limit >= kBuckets ? Side::mongodb : Side::dynamodb;
  if (deny.contains(*subject)) return Side::dynamodb;
  if (allow.contains(*subject)) return Side::mongodb;
  return bucket_of(salt, *subject) < limit ? Side::mongodb : Side::dynamodb;
}

Decision RuleSet::decide(std::optional<std::string_view> subject) const {
  const Side side = rule.side_of(subject);
  return {side, next && next->side_of(subject) != side};
}

Moves moves_between(const AuthorityRule& from, const AuthorityRule& to) {
  Moves moves;
  moves.to_mongodb = buckets_moved(to.percent) > buckets_moved(from.percent);
  moves.to_dynamodb = buckets_moved(to.percent) < buckets_moved(from.percent);
  for (const AuthorityRule* rule : {&from, &to}) {
    for (const auto* list : {&rule->allow, &rule->deny}) {
      for (const std::string& subject : *list)
        note(moves, from.side_of(subject), to.side_of(subject));
    }
  }
  return moves;
}

}  // namespace crossfade
