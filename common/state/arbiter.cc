#include "common/state/arbiter.h"

namespace crossfade::state {
namespace {

std::optional<std::string> image_of(const Change& change) {
  if (change.kind == ChangeKind::put) return change.image;
  return std::nullopt;
}

}  // namespace

Task<Result<codec::Ruling>> Arbiter::rule(Change change, std::optional<std::string> present) {
  if (rules_.policy == ConflictPolicy::authority) co_return codec::Ruling{};
  codec::Conflict conflict;
  conflict.after = image_of(change);
  conflict.before = std::move(change.before);
  conflict.present = std::move(present);
  if (rules_.policy == ConflictPolicy::last_writer_wins) {
    conflict.made_at = span_of(change, made_on_, rules_.grain_ms);
    CO_TRY(conflict.authority_at, co_await authority_at(change.key, conflict));
  }
  co_return codec::settle(mapper_, rules_.policy, conflict);
}

Task<Result<std::optional<Span>>> Arbiter::authority_at(Key key, const codec::Conflict& conflict) {
  const auto value = codec::value_hash(mapper_, conflict.present);
  if (!value) co_return std::optional<Span>();
  const std::optional<Span> known = kept_.when(key, *value);
  if (known) co_return known;
  CO_TRY(const std::optional<Span> seen, co_await last_at(key, *value, false));
  if (seen) co_return seen;
  if (conflict.before) {
    const auto found = codec::value_hash(mapper_, conflict.before->image);
    if (found && *found == *value) co_return std::optional<Span>();
  }
  co_return co_await last_at(key, *value, true);
}

Task<Result<std::optional<Span>>> Arbiter::last_at(Key key, std::uint64_t value, bool caught_up) {
  CO_TRY(const std::optional<Change> last, co_await last_change_(key, caught_up));
  if (!last) co_return std::optional<Span>();
  const auto left = codec::value_hash(mapper_, image_of(*last));
  if (!left || *left != value) co_return std::optional<Span>();
  const Side owner = made_on_ == Side::mongodb ? Side::dynamodb : Side::mongodb;
  co_return std::optional(span_of(*last, owner, rules_.grain_ms));
}

void Arbiter::carried_out(const Change& change, Outcome outcome) {
  if (outcome != Outcome::kept) return;
  const auto value = codec::value_hash(mapper_, image_of(change));
  if (value) kept_.kept(change.key, *value, span_of(change, made_on_, rules_.grain_ms));
}

}  // namespace crossfade::state
