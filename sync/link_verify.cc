#include "sync/cohort.h"
#include "sync/link.h"
#include "sync/link_parts.h"
#include "sync/verifier.h"

namespace crossfade::sync {
namespace {

constexpr int kSample = 200;  ///< of each side

using Sources = std::vector<KeySourcePtr>;

/// The keys that changed lately, and some that did not.
Sources recent_sources(const KeyPlace& place, std::vector<Key> keys, Random& random) {
  Sources out;
  out.push_back(keys_given(std::move(keys)));
  out.push_back(keys_of_table_sample(place, random, kSample));
  out.push_back(keys_of_collection_sample(place, kSample));
  return out;
}

/// DynamoDB's side first; of MongoDB's only what DynamoDB has not is then new.
Sources cohort_sources(const KeyPlace& place,
                       const std::optional<std::vector<std::string>>& listed) {
  Sources out;
  if (listed) {
    out.push_back(keys_of_table_subjects(place, *listed));
    out.push_back(keys_of_collection_subjects(place, *listed));
  } else {
    out.push_back(keys_of_table(place));
    out.push_back(keys_of_collection(place));
  }
  return out;
}

}  // namespace

Task<Result<rollout::Verification>> Link::verify(rollout::VerifyScope scope, RuleSet rules,
                                                 Stop& limit) {
  CO_TRY_VOID(check_applying());
  const Cohort cohort(std::move(rules), [this](const Key& key) { return subject_of(key); });
  const KeyPlace place{environment_.dynamo, environment_.mongo, environment_.threads,
                       *setup_->mapper,     setup_->table,      setup_->collection};
  const Comparer comparer =
      make_comparer({config_, environment_, *setup_, health_, members_->stop()});
  Verifier verifier(
      comparer, [&](const Key& key) { return cohort.moves(key) && !is_canary(key); }, limit);
  const bool recent = scope == rollout::VerifyScope::recent;
  const Sources sources = recent ? recent_sources(place, proof_->doubtful(), environment_.random)
                                 : cohort_sources(place, queried(cohort));
  for (std::size_t i = 0; i < sources.size(); ++i)
    CO_TRY_VOID(co_await verifier.run(*sources[i], !recent && i > 0));
  CO_TRY(rollout::Verification found, co_await verifier.finish());
  if (found.differences == 0) verified_ms_ = environment_.clock.wall_ms();
  co_return found;
}

/// The moving subjects, where they are hash keys that a Query can name.
std::optional<std::vector<std::string>> Link::queried(const Cohort& cohort) const {
  const bool by_hash =
      config_.subject_attribute == setup_->table.hash && config_.subject_pattern.empty();
  if (!by_hash || setup_->table.hash_type != 'S') return std::nullopt;
  return cohort.listed();
}

}  // namespace crossfade::sync
