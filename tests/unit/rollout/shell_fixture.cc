#include "tests/unit/rollout/shell_fixture.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace crossfade::rollout {

Result<void> FakePair::met(const std::string& what) {
  notes_.add(what);
  if (const auto call = calls.find(what); call != calls.end()) call->second();
  const auto failure = fails.find(what);
  if (failure != fails.end()) return failure->second;
  return {};
}

Task<Result<void>> FakePair::drain(Side from, Stop& limit) {
  CO_TRY_VOID(met("drain " + std::string(to_string(from))));
  while (!drained() && !limit.requested()) co_await limit.sleep(Milliseconds(5));
  if (limit.requested()) co_return fail(Fault::stopped, "The drain was ended.");
  co_return Result<void>();
}

Task<Result<Verification>> FakePair::verify(VerifyScope, RuleSet rules, Stop&) {
  CO_TRY_VOID(met(rules.next ? "verify" : "verify without a fence"));
  co_return verification;
}

Task<Result<control::Barrier>> FakePair::hold(bool reachable, Stop&) {
  CO_TRY_VOID(met(reachable ? "hold" : "hold without MongoDB"));
  co_return control::Barrier{10, 20, "log"};
}

void FakePair::strand(const control::Barrier& barrier) {
  notes_.add(fmt::format("strand at {}", barrier.backward));
}

Task<Result<Recovery>> FakePair::recover(Stop&) {
  CO_TRY_VOID(met("recover"));
  co_return Recovery{5, 3};
}

void FakePair::adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last) {
  EXPECT_TRUE(given) << "a link that knows its rules writes";
  notes_.add(fmt::format("adopt version {}, epoch {}{}", rules.version, rules.epoch,
                         last ? ", behind " + last->verb : ""));
}

Task<Result<std::string>> FakeHooks::run(const HookOptions&, std::string transition,
                                         Variables variables) {
  notes_.add("hook " + transition);
  told[transition] = std::move(variables);
  const auto failure = fails.find(transition);
  if (failure != fails.end()) co_return failure->second;
  co_return "said " + transition + "\n";
}

ShellTest::ShellTest() {
  server.serve_whole([this](const fakes::Received& request) { return memory.answer(request); });
  options.max_attempts = 1;
  client = make_client(server.url());
  table = std::make_unique<control::ControlTable>(*client, "ctl");
}

/// What has ended leaves handlers behind, which know the stop.
ShellTest::~ShellTest() {
  io.restart();
  io.poll();
}

Group& ShellTest::make_group(const std::string& process, Stop& parent) {
  contexts.push_back(std::make_unique<GroupContext>(GroupContext{
      *table, clock, random, log, hooks, events, failpoints, process, ended, kRequestLife}));
  GroupOptions of_group;
  of_group.name = "shop";
  of_group.limits.clean_hours = 0;
  groups.push_back(std::make_unique<Group>(of_group, *contexts.back(), links, parent));
  return *groups.back();
}

void ShellTest::begin_synced() {
  control::GroupState state;
  state.rules.group = "shop";
  state.rules.rule.salt = "shop-4f";
  state.phase = control::GroupPhase::synced;
  memory.begin(state);
}

void ShellTest::open(Group& group) {
  if (memory.state().is_null()) begin_synced();
  const auto opened = run(group.open());
  ASSERT_TRUE(opened) << opened.error().message;
  notes.clear();
}

MoveRequest ShellTest::ramp(double percent) const {
  MoveRequest request = verb(Verb::ramp);
  request.percent = percent;
  return request;
}

MoveRequest ShellTest::verb(Verb verb) const {
  MoveRequest request;
  request.verb = verb;
  request.who = "anna";
  request.reason = "r";
  return request;
}

std::string ShellTest::refusal_of_lease(Group& group) {
  LeaseRequest request;
  request.client.id = "web-1";
  request.client.acknowledged = group.state().rules.version;
  const auto granted = run(group.lease(request));
  return granted ? "granted" : granted.error().message;
}

void ShellTest::rest(Milliseconds time) {
  boost::asio::steady_timer timer(io, time);
  timer.async_wait([this](const boost::system::error_code&) { io.stop(); });
  io.restart();
  io.run();
}

std::vector<std::string> ShellTest::ramp_until(const std::string& last) {
  std::vector<std::string> all = {"hook before_fence",
                                  "store fencing, version 2",
                                  "store draining, version 2",
                                  "drain dynamodb",
                                  "store verifying, version 2",
                                  "verify",
                                  "store holding, version 2",
                                  "hold",
                                  "hook before_journal",
                                  "store journaled, version 2, journal",
                                  "store releasing, version 3",
                                  "adopt version 3, epoch 2, behind ramp",
                                  "release",
                                  "store -, version 3",
                                  "hook after_flip"};
  const auto end = std::ranges::find(all, last);
  EXPECT_NE(end, all.end()) << last;
  all.erase(end == all.end() ? end : end + 1, all.end());
  return all;
}

}  // namespace crossfade::rollout
