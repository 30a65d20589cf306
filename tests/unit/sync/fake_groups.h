#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/stop.h"
#include "rollout/groups.h"

namespace crossfade::sync {

/// Groups that say what a test told them to say. Every group of `names_told` has the same view.
class FakeGroups final : public rollout::Groups {
 public:
  std::vector<std::string> names() const override { return names_told; }
  Result<rollout::GroupView> view(const std::string& group) const override {
    if (!known(group)) return none(group);
    rollout::GroupView told = view_told;
    told.state.rules.group = group;
    return told;
  }
  Result<std::vector<rollout::VerbState>> next(const std::string& group) const override {
    if (!known(group)) return none(group);
    return next_told;
  }
  Task<Result<rollout::MoveAnswer>> move(std::string group, rollout::MoveRequest request) override {
    if (!known(group)) co_return none(group);
    moves.push_back({std::move(group), std::move(request)});
    if (stop != nullptr) co_await stop->sleep(move_takes);
    if (moves.back().request.dry_run && move_told) {
      rollout::MoveAnswer planned = *move_told;
      planned.kind = rollout::MoveAnswer::Kind::planned;
      co_return planned;
    }
    co_return move_told;
  }
  Task<Result<RuleSet>> lease(std::string group, rollout::LeaseRequest request) override {
    if (!known(group)) co_return none(group);
    const Milliseconds wait = request.wait;
    leases.push_back(std::move(request));
    if (stop != nullptr) co_await stop->sleep(wait);
    co_return view_told.state.rules;
  }
  Task<Result<void>> forget_client(std::string group, std::string client) override {
    if (!known(group)) co_return none(group);
    forgotten.push_back(std::move(client));
    co_return Result<void>();
  }
  Result<void> shadow_read(const std::string& group, const rollout::ShadowRead& read) override {
    if (!known(group)) return none(group);
    reads.push_back(read);
    return {};
  }
  std::vector<control::ClientRecord> clients(const std::string&) const override {
    return clients_told;
  }
  Task<Result<std::vector<control::RuleVersion>>> versions(std::string group, int limit) override {
    if (!known(group)) co_return none(group);
    versions_limit = limit;
    co_return versions_told;
  }

  struct Moved {
    std::string group;
    rollout::MoveRequest request;
  };

  std::vector<std::string> names_told = {"shop"};
  rollout::GroupView view_told;
  std::vector<rollout::VerbState> next_told;
  Result<rollout::MoveAnswer> move_told = rollout::MoveAnswer();
  std::vector<control::ClientRecord> clients_told;
  std::vector<control::RuleVersion> versions_told;
  int versions_limit = 0;
  Stop* stop = nullptr;
  Milliseconds move_takes{0};
  std::vector<Moved> moves;
  std::vector<rollout::LeaseRequest> leases;
  std::vector<std::string> forgotten;
  std::vector<rollout::ShadowRead> reads;

 private:
  bool known(const std::string& group) const {
    return std::ranges::find(names_told, group) != names_told.end();
  }
  static Error none(const std::string& group) {
    return fail(Fault::not_found, "There is no group \"" + group + "\".");
  }
};

inline control::HandoffRecord ramp_under_way(control::HandoffStep step) {
  control::HandoffRecord handoff;
  handoff.id = "h1";
  handoff.step = step;
  handoff.to.percent = 50;
  handoff.verb = "ramp";
  handoff.who = "anna@desk";
  handoff.reason = "the next half";
  handoff.began_ms = 1'767'225'600'000;
  handoff.fence_version = 8;
  return handoff;
}

/// A group with 10 % of its subjects on MongoDB.
inline rollout::GroupView shop_view() {
  rollout::GroupView view;
  control::GroupState& state = view.state;
  state.revision = 12;
  state.rules.group = "shop";
  state.rules.version = 7;
  state.rules.epoch = 3;
  state.rules.rule.percent = 10;
  state.rules.rule.allow = {"u1", "u2"};
  state.rules.rule.deny = {"u3"};
  state.rules.rule.salt = "shop-4f";
  state.phase = control::GroupPhase::ramping;
  state.owner = "p1";
  state.history = {
      {1'767'225'600'000, "10 % of the subjects are on MongoDB.", "anna@desk", "first"}};
  rollout::LinkFacts orders;
  orders.name = "orders";
  orders.synced = true;
  orders.backward_lag_ms = 120;
  view.links = {orders};
  view.clients = {.registered = 2, .silent_continuing = 0, .behind = 1};
  return view;
}

inline rollout::AtRisk risk_of_orders() {
  return {.link = "orders",
          .last_applied_ms = 1'767'225'600'000,
          .waiting = 1'234,
          .read_until_ms = 1'767'225'602'000};
}

inline rollout::Guard lag_guard() {
  return {.name = "backward_lag",
          .measured = 3100,
          .limit = 2000,
          .unit = "ms",
          .met = false,
          .judgement = false,
          .sentence = "MongoDB's changes are 3.1 s behind; wait until they are applied."};
}

inline rollout::Guard clean_guard() {
  return {.name = "clean_hours",
          .measured = 2.5,
          .limit = 24,
          .unit = "hours",
          .met = false,
          .judgement = true,
          .sentence = "The comparison is clean for 2.5 hours."};
}

}  // namespace crossfade::sync
