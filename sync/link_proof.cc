#include "sync/link_proof.h"

#include <utility>

namespace crossfade::sync {
namespace {

constexpr Milliseconds kRecent = std::chrono::minutes(10);

std::unique_ptr<Proving> make_proving(const LinkParts& parts, RecentKeys& recent,
                                      RecentKeys::Ready passed, Proving::LeftOut left_out) {
  LinkEnvironment& env = parts.environment;
  Proving::Parts own{parts.config.name,
                     env.config.mongodb.state_database,
                     recent,
                     env.mongo,
                     env.threads,
                     parts.health,
                     env.clock,
                     env.log};
  return std::make_unique<Proving>(std::move(own), make_comparer(parts), std::move(passed),
                                   std::move(left_out), parts.stop);
}

std::unique_ptr<Canary> make_canary(const LinkParts& parts) {
  LinkEnvironment& env = parts.environment;
  auto key = canary_key(parts.config.canary, parts.setup.table, *parts.setup.mapper);
  if (!key) return nullptr;
  Canary::Parts own{env.dynamo, env.mongo,  env.threads,        *parts.setup.mapper,   parts.health,
                    env.clock,  env.random, parts.config.table, parts.setup.collection};
  return std::make_unique<Canary>(std::move(own), std::move(*key), parts.stop);
}

}  // namespace

LinkProof::LinkProof(const LinkParts& parts, RecentKeys& recent, RecentKeys::Ready passed,
                     Proving::LeftOut canary)
    : config_(parts.config), environment_(parts.environment), recent_(recent) {
  const bool moves = !parts.config.group.empty();
  if (moves && parts.config.proving)
    proving_ = make_proving(parts, recent, std::move(passed), std::move(canary));
  if (!parts.config.canary.empty()) canary_ = make_canary(parts);
}

void LinkProof::start(TaskGroup& members) {
  if (proving_) members.start(proving_->run());
  if (canary_) members.start(canary_->run());
}

std::vector<Key> LinkProof::doubtful() const {
  if (proving_) return proving_->unproven();
  const std::int64_t since = environment_.clock.wall_ms() - kRecent.count();
  if (!recent_.complete_since(since))
    environment_.log.warning("recent_keys_forgotten", {{"link", config_.name}});
  std::vector<Key> out;
  for (RecentKey& one : recent_.since(since)) out.push_back(std::move(one.key));
  return out;
}

void LinkProof::tell(rollout::LinkFacts& facts) const {
  if (canary_) facts.canary_ms = canary_->figures().worst_ms();
  facts.proving = proving_ != nullptr;
  if (!facts.proving) return;
  const Proof proof = proving_->proof();
  facts.mismatches = proof.mismatches;
  facts.mismatch = proof.oldest;
  facts.unproven = proof.waiting;
  facts.unproven_ms = proof.waiting_since_ms;
  facts.mismatch_ms = proof.mismatch_ms;
}

void LinkProof::tell(LinkStatus& status) const {
  if (proving_) {
    const Proof proof = proving_->proof();
    status.proving = {proof.compared, proof.waiting, proof.mismatches, proof.oldest};
  }
  if (canary_) {
    const CanaryFigures figures = canary_->figures();
    status.canary = {figures.forward_ms, figures.backward_ms, figures.waiting_ms, figures.at_ms};
  }
}

}  // namespace crossfade::sync
