#include "rollout/guards.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace crossfade::rollout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kNow = 1'000 * kHour;

LinkFacts link(const std::string& name) {
  LinkFacts out;
  out.name = name;
  out.synced = true;
  out.proving = true;
  out.stream_headroom_hours = 20;
  out.oplog_headroom_hours = 20;
  out.verified_ms = kNow;
  return out;
}

/// Two links, everything as it should be, 10 % on MongoDB.
GroupFacts facts() {
  GroupFacts out;
  out.state.phase = control::GroupPhase::ramping;
  out.state.rules.rule.percent = 10;
  out.state.clean_since_ms = kNow - 48 * kHour;
  out.links = {link("orders"), link("carts")};
  out.now_ms = kNow;
  return out;
}

Wish wish(Verb verb, double percent) {
  Wish out{verb, facts().state.rules.rule};
  out.to.percent = percent;
  return out;
}

const Wish kRamp = wish(Verb::ramp, 50);
const Wish kRollback = wish(Verb::rollback, 0);
const Wish kUnplanned = wish(Verb::rollback_unplanned, 0);
const Wish kRecover = wish(Verb::recover, 10);
const Wish kComplete = wish(Verb::complete, 10);
const Wish kCancel = wish(Verb::cancel, 10);

std::vector<std::string> names(const std::vector<Guard>& guards) {
  std::vector<std::string> out;
  for (const Guard& guard : guards) out.push_back(guard.name);
  return out;
}

std::vector<std::string> guards_for(const Wish& asked) {
  return names(guards_of(asked, facts(), GuardLimits{}));
}

std::optional<Guard> guard(const Wish& asked, const GroupFacts& given, const std::string& name,
                           const GuardLimits& limits = {}) {
  for (Guard& one : guards_of(asked, given, limits))
    if (one.name == name) return one;
  return std::nullopt;
}

TEST(Guards, TheWayToMongoDbIsGuardedByEverything) {
  EXPECT_THAT(guards_for(kRamp),
              ElementsAre("links_synced", "links_in_trouble", "forward_lag", "backward_lag",
                          "unsettled_writes", "clients", "irreversible", "dead_letters",
                          "mismatches", "violations", "stream_headroom", "oplog_headroom",
                          "log_free", "clients_behind", "clean_hours"));
}

TEST(Guards, TheWayBackIsGuardedByWhatItNeedsToLoseNothing) {
  EXPECT_THAT(guards_for(kRollback),
              ElementsAre("links_synced", "links_in_trouble", "forward_lag", "backward_lag",
                          "unsettled_writes", "clients", "irreversible"));
  Wish deny = wish(Verb::ramp, 10);
  deny.to.deny = {"u1"};
  GroupFacts given = facts();
  given.state.rules.rule.allow = {"u1"};
  EXPECT_EQ(names(guards_of(deny, given, {})), guards_for(kRollback));
}

TEST(Guards, TheOtherVerbsHaveTheirOwn) {
  EXPECT_THAT(guards_for(kUnplanned), ElementsAre("mongodb_gone", "unsettled_writes"));
  EXPECT_THAT(guards_for(kRecover), ElementsAre("links_in_trouble"));
  EXPECT_THAT(guards_for(kComplete),
              ElementsAre("links_synced", "links_in_trouble", "forward_lag", "backward_lag",
                          "dead_letters", "mismatches", "violations"));
  EXPECT_THAT(guards_for(kCancel), IsEmpty());
}

TEST(Guards, AHealthyGroupMayDoEverythingPlanned) {
  for (const Wish& asked : {kRamp, kRollback, kRecover, kComplete, kCancel}) {
    const auto stands = unmet(guards_of(asked, facts(), GuardLimits{}), {});
    EXPECT_THAT(names(stands), IsEmpty()) << to_string(asked.verb);
  }
}

using Change = std::function<void(GroupFacts&)>;

/// At `met` the guard measures its very limit, at `unmet` the next value beyond it.
struct Case {
  std::string name;
  Wish asked;
  Change met;
  Change unmet;
  double limit;
  double beyond;
  bool judgement = false;
  std::string unit;
};

Change each(void (*change)(LinkFacts&)) {
  return [change](GroupFacts& given) { change(given.links[1]); };
}

std::vector<Case> cases() {
  return {
      {"links_synced", kRamp, each([](LinkFacts&) {}), each([](LinkFacts& l) { l.synced = false; }),
       0, 1},
      {"links_in_trouble", kRollback, each([](LinkFacts&) {}),
       each([](LinkFacts& l) { l.trouble = "It is stopped."; }), 0, 1},
      {"mongodb_gone", kUnplanned, each([](LinkFacts& l) { l.trouble = "No answer."; }),
       each([](LinkFacts&) {}), 1, 0, true},
      {"forward_lag", kRamp, each([](LinkFacts& l) { l.forward_lag_ms = 2'000; }),
       each([](LinkFacts& l) { l.forward_lag_ms = 2'001; }), 2'000, 2'001, false, "ms"},
      {"backward_lag", kRamp, each([](LinkFacts& l) { l.backward_lag_ms = 5'000; }),
       each([](LinkFacts& l) { l.backward_lag_ms = 5'001; }), 5'000, 5'001, false, "ms"},
      {"forward_lag", kRollback, each([](LinkFacts& l) { l.forward_lag_ms = 5'000; }),
       each([](LinkFacts& l) { l.forward_lag_ms = 5'001; }), 5'000, 5'001, false, "ms"},
      {"backward_lag", kRollback, each([](LinkFacts& l) { l.backward_lag_ms = 2'000; }),
       each([](LinkFacts& l) { l.backward_lag_ms = 2'001; }), 2'000, 2'001, false, "ms"},
      {"forward_lag", kComplete, each([](LinkFacts& l) { l.forward_lag_ms = 2'000; }),
       each([](LinkFacts& l) { l.forward_lag_ms = 2'001; }), 2'000, 2'001, false, "ms"},
      {"unsettled_writes", kRollback,
       each([](LinkFacts& l) { l.unsettled_until_ms = kNow + 5'000; }),
       each([](LinkFacts& l) { l.unsettled_until_ms = kNow + 5'001; }), 5'000, 5'001, false, "ms"},
      {"unsettled_writes", kUnplanned,
       each([](LinkFacts& l) { l.unsettled_until_ms = kNow + 5'000; }),
       each([](LinkFacts& l) { l.unsettled_until_ms = kNow + 5'001; }), 5'000, 5'001, false, "ms"},
      {"clients", kRollback, [](GroupFacts&) {},
       [](GroupFacts& f) { f.clients.silent_continuing = 1; }, 0, 1, true},
      {"clients_behind", kRamp, [](GroupFacts&) {}, [](GroupFacts& f) { f.clients.behind = 1; }, 0,
       1, true},
      {"irreversible", kRamp, each([](LinkFacts&) {}),
       each([](LinkFacts& l) { l.irreversible = 1; }), 0, 1},
      {"irreversible", kRollback, each([](LinkFacts&) {}),
       each([](LinkFacts& l) { l.irreversible = 1; }), 0, 1},
      {"dead_letters", kRamp, each([](LinkFacts&) {}),
       each([](LinkFacts& l) { l.dead_letters = 1; }), 0, 1},
      {"canary", kRamp, each([](LinkFacts& l) { l.canary_ms = 5'000; }),
       each([](LinkFacts& l) { l.canary_ms = 5'001; }), 5'000, 5'001, false, "ms"},
      {"mismatches", kRamp, each([](LinkFacts&) {}), each([](LinkFacts& l) { l.mismatches = 1; }),
       0, 1},
      {"violations", kRamp,
       [](GroupFacts& f) {
         f.links[0].violations = 3;
         f.links[1].violations = 4;
         f.state.violations_at_last_step = 7;
       },
       [](GroupFacts& f) {
         f.links[0].violations = 3;
         f.links[1].violations = 5;
         f.state.violations_at_last_step = 7;
       },
       0, 1, true},
      {"stream_headroom", kRamp, each([](LinkFacts& l) { l.stream_headroom_hours = 6; }),
       each([](LinkFacts& l) { l.stream_headroom_hours = 5.999; }), 6, 5.99, false, "hours"},
      {"oplog_headroom", kRamp, each([](LinkFacts& l) { l.oplog_headroom_hours = 6; }),
       each([](LinkFacts& l) { l.oplog_headroom_hours = 5.999; }), 6, 5.99, false, "hours"},
      {"log_free", kRamp, each([](LinkFacts& l) { l.log_free_fraction = 0.2; }),
       each([](LinkFacts& l) { l.log_free_fraction = 0.199; }), 0.2, 0.199},
      {"clean_hours", kRamp, [](GroupFacts& f) { f.state.clean_since_ms = kNow - 24 * kHour; },
       [](GroupFacts& f) { f.state.clean_since_ms = kNow - 24 * kHour + 1; }, 24, 23.99, true,
       "hours"},
      {"clean_hours", kRamp, each([](LinkFacts& l) { l.mismatch_ms = kNow - 24 * kHour; }),
       each([](LinkFacts& l) { l.mismatch_ms = kNow - 24 * kHour + 1; }), 24, 23.99, true, "hours"},
      {"clean_hours", kRamp, each([](LinkFacts& l) { l.unproven_ms = kNow - 24 * kHour; }),
       each([](LinkFacts& l) { l.unproven_ms = kNow - 24 * kHour - 1; }), 24, 23.99, true, "hours"},
  };
}

void check(const Case& one, const Change& change, bool met) {
  GroupFacts given = facts();
  change(given);
  const auto found = guard(one.asked, given, one.name);
  ASSERT_TRUE(found) << one.name;
  EXPECT_EQ(found->met, met) << one.name;
  EXPECT_EQ(found->measured, met ? one.limit : one.beyond) << one.name;
  EXPECT_EQ(found->limit, one.limit) << one.name;
  EXPECT_EQ(found->judgement, one.judgement) << one.name;
  EXPECT_EQ(found->unit, one.unit) << one.name;
  EXPECT_EQ(found->at_least ? found->measured >= found->limit : found->measured <= found->limit,
            met)
      << one.name;
  EXPECT_THAT(found->sentence, HasSubstr(fmt::format("{}", found->measured)));
}

TEST(Guards, EachIsMetAtItsLimitAndUnmetBeyond) {
  for (const Case& one : cases()) {
    check(one, one.met, true);
    check(one, one.unmet, false);
  }
}

TEST(Guards, EachOfARampHasACase) {
  for (const std::string& name : guards_for(kRamp)) {
    const auto all = cases();
    EXPECT_TRUE(std::ranges::any_of(all, [&](const Case& one) { return one.name == name; }))
        << name;
  }
}

TEST(Guards, TheAgeOfAVerificationCountsWhereALimitIsGiven) {
  GuardLimits limits;
  limits.verified_hours = 12;
  GroupFacts given = facts();
  given.links[0].verified_ms = kNow - 12 * kHour;
  EXPECT_TRUE(guard(kRamp, given, "verified_age", limits)->met);
  given.links[0].verified_ms -= 1;
  const auto old = guard(kRamp, given, "verified_age", limits);
  EXPECT_FALSE(old->met);
  EXPECT_EQ(old->measured, 12.01);
  EXPECT_TRUE(old->judgement);
  given.links[1].verified_ms = 0;
  EXPECT_THAT(guard(kRamp, given, "verified_age", limits)->sentence, HasSubstr("never verified"));
  EXPECT_FALSE(guard(kRamp, given, "verified_age"));
  EXPECT_FALSE(guard(kRollback, given, "verified_age", limits));
}

TEST(Guards, TheConfiguredLimitIsTheOneThatIsCompared) {
  GuardLimits limits;
  limits.dead_letters = 3;
  limits.irreversible = 2;
  limits.violations = 4;
  limits.log_free_fraction = 0.29;
  limits.clean_hours = 0;
  GroupFacts given = facts();
  given.links[0].dead_letters = 3;
  given.links[0].irreversible = 2;
  given.links[0].violations = 4;
  given.links[0].log_free_fraction = 0.29;
  given.state.clean_since_ms = 0;
  EXPECT_THAT(names(unmet(guards_of(kRamp, given, limits), {})), IsEmpty());
}

TEST(Guards, ASmallBudgetLimitsBothLags) {
  GroupFacts given = facts();
  given.budget_ms = 500;
  EXPECT_EQ(guard(kRamp, given, "forward_lag")->limit, 500);
  EXPECT_EQ(guard(kRamp, given, "backward_lag")->limit, 500);
}

TEST(Guards, AGroupThatDoesNotProveHasNoCleanHours) {
  GroupFacts given = facts();
  given.state.clean_since_ms = 0;
  EXPECT_EQ(guard(kRamp, given, "clean_hours")->measured, 0);
  given = facts();
  given.links[1].proving = false;
  EXPECT_EQ(guard(kRamp, given, "clean_hours")->measured, 0);
}

TEST(Guards, WhileAKeyDiffersNoHourIsClean) {
  GroupFacts given = facts();
  given.links[1].mismatches = 1;
  EXPECT_EQ(guard(kRamp, given, "clean_hours")->measured, 0);
}

TEST(Guards, ASentenceNamesTheLinkAndWhatToDo) {
  GroupFacts given = facts();
  given.links[1].forward_lag_ms = 3'200;
  EXPECT_EQ(
      guard(kRamp, given, "forward_lag")->sentence,
      "MongoDB is 3200 ms behind DynamoDB (carts), at most 2000 ms are allowed: wait until it "
      "has caught up, or slow the writes down.");
  given.links[0].irreversible = 2;
  given.links[1].irreversible = 1;
  EXPECT_EQ(guard(kRollback, given, "irreversible")->sentence,
            "Documents that DynamoDB cannot hold: 3 (orders, carts), at most 0 allowed: `crossfade "
            "deadletters list` names them; change or remove each on MongoDB, so that the way back "
            "loses nothing.");
  EXPECT_EQ(guard(kRamp, facts(), "mismatches")->sentence,
            "Keys that differ between the sides: 0.");
  given.links[1].mismatches = 2;
  given.links[1].mismatch = "7 differs in n";
  EXPECT_EQ(guard(kRamp, given, "mismatches")->sentence,
            "Keys that differ between the sides: 2 (carts, the oldest: 7 differs in n): find the "
            "cause and write the value that you want on the side that owns the key.");
}

TEST(Guards, OnlyJudgementCanBeOverridden) {
  GroupFacts given = facts();
  given.state.clean_since_ms = kNow;
  given.links[0].dead_letters = 1;
  const auto guards = guards_of(kRamp, given, {});
  EXPECT_THAT(names(unmet(guards, {})), ElementsAre("dead_letters", "clean_hours"));
  EXPECT_THAT(names(unmet(guards, {"clean_hours", "dead_letters"})), ElementsAre("dead_letters"));
  EXPECT_THAT(not_overridable(guards, {"clean_hours", "dead_letters", "nonsense"}),
              ElementsAre("dead_letters", "nonsense"));
  EXPECT_THAT(not_overridable(guards_of(kRollback, given, {}), {"clean_hours"}),
              ElementsAre("clean_hours"));
}

}  // namespace
}  // namespace crossfade::rollout
