#include "rollout/client_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::rollout {
namespace {

using control::ClientRecord;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kLease = 10'000;
constexpr std::int64_t kMargin = ClientRegistry::kMarginMs;
constexpr std::int64_t kFence = 100'000;  ///< steady time of the fence
constexpr std::int64_t kVersion = 7;      ///< of the rules with the fence

ClientRecord refusing(const std::string& id, std::int64_t acknowledged = 6) {
  return {.id = id, .lease_ms = kLease, .acknowledged = acknowledged, .seen_ms = 1};
}

ClientRecord continuing(const std::string& id, std::int64_t acknowledged = 6) {
  ClientRecord record = refusing(id, acknowledged);
  record.continues = true;
  return record;
}

/// One client, what became of it, and whether a hand-off may go on at a moment.
struct Case {
  std::string what;
  ClientRecord client;
  std::int64_t renewed_ms;
  std::int64_t now_ms;
  bool settled;
};

void PrintTo(const Case& example, std::ostream* out) {
  *out << example.what;
}

class Settled : public testing::TestWithParam<Case> {};

TEST_P(Settled, OnceNobodyCanWriteByOlderRules) {
  const Case& example = GetParam();
  ClientRegistry registry;
  registry.renewed(example.client, example.renewed_ms);
  EXPECT_EQ(registry.settled(kVersion, kFence, example.now_ms), example.settled);
  const auto awaited = registry.awaited(kVersion, kFence, example.now_ms);
  EXPECT_EQ(awaited.empty(), example.settled);
  if (!example.settled) EXPECT_THAT(awaited, ElementsAre("c"));
}

INSTANTIATE_TEST_SUITE_P(
    Leases, Settled,
    testing::Values(
        Case{"acknowledged the fence", refusing("c", 7), kFence, kFence, true},
        Case{"acknowledged a later version", refusing("c", 8), kFence, kFence, true},
        Case{"acknowledged the version before", refusing("c", 6), kFence, kFence, false},
        Case{"lease has ended, within the margin", refusing("c"), kFence,
             kFence + kLease + kMargin - 1, false},
        Case{"lease has ended, and the margin", refusing("c"), kFence, kFence + kLease + kMargin,
             true},
        Case{"renewed after the fence without acknowledging", refusing("c"), kFence + 4'000,
             kFence + kLease + kMargin, false},
        Case{"that lease has ended as well", refusing("c"), kFence + 4'000,
             kFence + 4'000 + kLease + kMargin, true},
        Case{"silent for long before the fence: it may have read the table", refusing("c"), 0,
             kFence + kLease + kMargin - 1, false},
        Case{"silent for long, and the fence is older than its lease", refusing("c"), 0,
             kFence + kLease + kMargin, true},
        Case{"continues and acknowledged", continuing("c", 7), kFence, kFence, true},
        Case{"continues, for ever", continuing("c"), kFence, kFence + 1'000 * kLease, false}));

TEST(ClientRegistry, WithoutClientsNobodyIsWaitedFor) {
  EXPECT_TRUE(ClientRegistry().settled(kVersion, kFence, kFence));
}

TEST(ClientRegistry, OneThatRenewsWithoutAcknowledgingIsNeverSettled) {
  ClientRegistry registry;
  std::int64_t now = kFence;
  for (int i = 0; i < 100; ++i, now += kLease / 2) {
    registry.renewed(refusing("c"), now);
    ASSERT_FALSE(registry.settled(kVersion, kFence, now)) << i;
  }
  registry.renewed(refusing("c", kVersion), now);
  EXPECT_TRUE(registry.settled(kVersion, kFence, now));
}

TEST(ClientRegistry, EveryoneIsWaitedFor) {
  ClientRegistry registry;
  registry.renewed(refusing("a", 7), kFence);
  registry.renewed(refusing("b"), kFence);
  registry.renewed(continuing("c"), kFence);
  EXPECT_THAT(registry.awaited(kVersion, kFence, kFence), ElementsAre("b", "c"));
  EXPECT_THAT(registry.awaited(kVersion, kFence, kFence + 2 * kLease), ElementsAre("c"));
}

// ---- what the service is asked

TEST(ClientRegistry, IsStoredBeforeItsFirstAnswerAndWhenItChanges) {
  ClientRegistry registry;
  EXPECT_TRUE(registry.renewed(refusing("c"), 0));
  EXPECT_FALSE(registry.renewed(refusing("c"), 1));
  EXPECT_FALSE(registry.renewed(refusing("c", 7), 2)) << "an acknowledgement need not be stored";
  EXPECT_TRUE(registry.renewed(continuing("c"), 3));
  EXPECT_FALSE(registry.renewed(continuing("c"), 4));
  ClientRecord longer = continuing("c");
  longer.lease_ms = 2 * kLease;
  EXPECT_TRUE(registry.renewed(longer, 5));
}

TEST(ClientRegistry, AnAcknowledgementIsNotTakenBack) {
  ClientRegistry registry;
  registry.renewed(refusing("c", 7), kFence);
  registry.renewed(refusing("c", 0), kFence + 1);
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence + 1));
}

TEST(ClientRegistry, HasRoomForSoManyClients) {
  ClientRegistry registry;
  for (std::size_t i = 0; i < control::ControlTable::kMostClients; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_TRUE(registry.has_room_for(id));
    registry.renewed(refusing(id), 0);
  }
  EXPECT_FALSE(registry.has_room_for("one more"));
  EXPECT_TRUE(registry.has_room_for("0"));
}

// ---- what the control table knows

TEST(ClientRegistry, AfterARestartEveryoneIsTakenToHaveRenewedJustNow) {
  ClientRegistry registry;
  const std::int64_t now = kFence + 5'000;
  registry.merge({refusing("a"), refusing("b", 7)}, now);
  EXPECT_THAT(registry.awaited(kVersion, kFence, now), ElementsAre("a"));
  EXPECT_FALSE(registry.settled(kVersion, kFence, now + kLease + kMargin - 1));
  EXPECT_TRUE(registry.settled(kVersion, kFence, now + kLease + kMargin));
}

TEST(ClientRegistry, OneKnownOnlyFromTheTableAcknowledgesThere) {
  ClientRegistry registry;
  registry.merge({continuing("c")}, kFence);
  EXPECT_FALSE(registry.settled(kVersion, kFence, kFence + 1));
  ClientRecord acknowledged = continuing("c", 7);
  acknowledged.seen_ms = 2;
  registry.merge({acknowledged}, kFence + 2);
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence + 2));
}

TEST(ClientRegistry, ARecordThatWasWrittenAgainIsASignOfLife) {
  ClientRegistry registry;
  registry.merge({refusing("c")}, kFence);
  ClientRecord later = refusing("c");
  later.seen_ms = 0;  // the client's own clock may be behind
  registry.merge({later}, kFence + 4'000);
  EXPECT_FALSE(registry.settled(kVersion, kFence, kFence + kLease + kMargin));
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence + 4'000 + kLease + kMargin));
}

TEST(ClientRegistry, ReadingTheSameRecordAgainIsNone) {
  ClientRegistry registry;
  for (std::int64_t now = kFence; now < kFence + kLease; now += 50) {
    registry.merge({refusing("c")}, now);
  }
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence + kLease + kMargin));
}

TEST(ClientRegistry, OurOwnRecordIsNoSignOfLife) {
  ClientRegistry registry;
  registry.renewed(refusing("c"), 0);
  registry.stored("c", 1);
  registry.stored("unknown", 1);
  registry.merge({refusing("c")}, kLease);
  EXPECT_EQ(registry.facts(kVersion, kLease).silent_client, "c");
  ClientRecord own = refusing("c");
  own.seen_ms = 2;
  registry.merge({own}, kLease);
  EXPECT_EQ(registry.facts(kVersion, kLease).silent_client, "");
  EXPECT_THAT(registry.records(), testing::SizeIs(1));
}

TEST(ClientRegistry, AnOlderRecordTakesNothingBack) {
  ClientRegistry registry;
  ClientRecord known = refusing("c", 7);
  known.seen_ms = 9;
  registry.renewed(known, kFence);
  registry.merge({refusing("c", 5)}, kFence);
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence));
  ASSERT_EQ(registry.records().size(), 1U);
  EXPECT_EQ(registry.records().front().seen_ms, 9);
}

TEST(ClientRegistry, TheMoreCautiousOfTwoRecordsHolds) {
  ClientRegistry registry;
  registry.renewed(refusing("a"), kFence);
  registry.renewed(continuing("b"), kFence);
  ClientRecord longer = refusing("c");
  longer.lease_ms = 3 * kLease;
  registry.renewed(longer, kFence);
  registry.merge({continuing("a"), refusing("b"), refusing("c")}, kFence);
  EXPECT_THAT(registry.awaited(kVersion, kFence, kFence + 2 * kLease), ElementsAre("a", "b", "c"));
  EXPECT_THAT(registry.awaited(kVersion, kFence, kFence + 4 * kLease), ElementsAre("a", "b"));
}

TEST(ClientRegistry, AClientThatTheTableDoesNotListIsKept) {
  ClientRegistry registry;
  registry.renewed(continuing("c"), kFence);
  registry.merge({}, kFence);
  EXPECT_FALSE(registry.settled(kVersion, kFence, kFence + 1));
}

// ---- numbers and forgetting

TEST(ClientRegistry, FactsCountWhoMayStillWrite) {
  ClientRegistry registry;
  const std::int64_t now = kLease + kMargin;
  registry.renewed(refusing("gone, behind"), 0);
  registry.renewed(refusing("alive, behind"), 1);
  registry.renewed(refusing("alive", 7), 1);
  registry.renewed(continuing("silent, behind"), 0);
  registry.renewed(continuing("silent", 7), 0);
  registry.renewed(continuing("heard", 7), 1);
  const ClientFacts facts = registry.facts(kVersion, now);
  EXPECT_EQ(facts.registered, 6);
  EXPECT_EQ(facts.silent_continuing, 2);
  EXPECT_EQ(facts.behind, 2);
}

TEST(ClientRegistry, AClientIsSilentWhenHalfItsLeaseHasPassed) {
  ClientRegistry registry;
  registry.renewed(refusing("c"), 0);
  EXPECT_EQ(registry.facts(kVersion, kLease / 2).silent_lease_ms, 0);
  EXPECT_EQ(registry.facts(kVersion, kLease / 2).silent_client, "");
  for (const std::int64_t now : {kLease / 2 + 1, kLease + kMargin, 5 * kLease}) {
    const ClientFacts facts = registry.facts(kVersion, now);
    EXPECT_EQ(facts.silent_lease_ms, kLease + kMargin);
    EXPECT_EQ(facts.silent_client, "c");
    EXPECT_FALSE(registry.settled(kVersion, now, now + facts.silent_lease_ms - 1));
    EXPECT_TRUE(registry.settled(kVersion, now, now + facts.silent_lease_ms))
        << "a fence raised now waits exactly that long";
  }
  registry.renewed(refusing("c"), 5 * kLease);
  EXPECT_EQ(registry.facts(kVersion, 5 * kLease).silent_lease_ms, 0);
}

TEST(ClientRegistry, TheLongestLeaseOfASilentClientThatRefusesCounts) {
  ClientRegistry registry;
  ClientRecord longer = refusing("longer");
  longer.lease_ms = 2 * kLease;
  registry.renewed(longer, 0);
  registry.renewed(refusing("shorter"), 0);
  registry.renewed(continuing("has a guard of its own"), 0);
  const ClientFacts facts = registry.facts(kVersion, 3 * kLease);
  EXPECT_EQ(facts.silent_lease_ms, 2 * kLease + kMargin);
  EXPECT_EQ(facts.silent_client, "longer");
}

TEST(ClientRegistry, AForgottenClientIsNotWaitedFor) {
  ClientRegistry registry;
  registry.renewed(continuing("c"), kFence);
  registry.forget("c");
  registry.forget("never there");
  EXPECT_TRUE(registry.settled(kVersion, kFence, kFence));
  EXPECT_THAT(registry.records(), IsEmpty());
  EXPECT_TRUE(registry.renewed(continuing("c"), kFence + 1)) << "it is new again";
}

TEST(ClientRegistry, OnlyThoseThatPromisedToStopExpire) {
  ClientRegistry registry;
  registry.renewed(refusing("refuses"), 0);
  registry.renewed(refusing("heard since"), 1);
  registry.renewed(continuing("continues"), 0);
  const std::int64_t gone = kLease + kMargin + ClientRegistry::kKeptMs;
  EXPECT_THAT(registry.expired(gone - 1), IsEmpty());
  EXPECT_THAT(registry.expired(gone), ElementsAre("refuses"));
}

}  // namespace
}  // namespace crossfade::rollout
