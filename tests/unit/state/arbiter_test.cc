#include "common/state/arbiter.h"

#include <gtest/gtest.h>

#include <utility>

#include "common/codec/document.h"
#include "tests/unit/async/run.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;

const Key kKey{DocumentBuilder().text("_id", "k").finish()};

std::string image(int n) {
  return DocumentBuilder().text("_id", "k").text("pk", "k").int32("n", n).finish();
}

Change put(int n, std::int64_t at_ms, std::optional<Former> before = std::nullopt) {
  Change change;
  change.key = kKey;
  change.image = image(n);
  change.source_time_ms = at_ms;
  change.earliest_ms = at_ms;
  change.before = std::move(before);
  return change;
}

class ArbiterTest : public testing::Test {
 protected:
  Arbiter arbiter(ConflictPolicy policy, Side made_on = Side::mongodb) {
    return Arbiter({policy, kSecondMs}, made_on, mapper,
                   [this](Key key, bool caught_up) { return tell(std::move(key), caught_up); });
  }
  Task<Result<std::optional<Change>>> tell(Key key, bool caught_up) {
    EXPECT_EQ(key, kKey);
    ++asked;
    if (caught_up && on_its_way) last = std::exchange(on_its_way, std::nullopt);
    co_return last;
  }
  codec::Ruling rule(Arbiter& of, const Change& change, std::optional<std::string> present) {
    auto task = of.rule(change, std::move(present));
    return test::run(io, std::move(task)).value();
  }

  boost::asio::io_context io;
  codec::Mapper mapper{[] {
    codec::MappingOptions options;
    options.key.hash = {"pk", codec::KeyType::text};
    return options;
  }()};
  std::optional<Change> last;
  std::optional<Change> on_its_way;
  int asked = 0;
};

TEST_F(ArbiterTest, OnlyTimesAreAskedFor) {
  Arbiter authority = arbiter(ConflictPolicy::authority);
  EXPECT_EQ(rule(authority, put(2, 9'000, Former{image(1)}), image(1)).outcome, Outcome::restored);
  Arbiter merge = arbiter(ConflictPolicy::merge);
  EXPECT_EQ(rule(merge, put(2, 9'000, Former{image(1)}), image(1)).outcome, Outcome::merged);
  EXPECT_EQ(asked, 0);
}

TEST_F(ArbiterTest, TheOwnersLastChangeTellsItsTime) {
  Arbiter last_wins = arbiter(ConflictPolicy::last_writer_wins);
  last = put(1, 5'000);
  EXPECT_EQ(rule(last_wins, put(2, 6'000), image(1)).outcome, Outcome::kept);
  EXPECT_EQ(rule(last_wins, put(2, 5'999), image(1)).outcome, Outcome::restored)
      << "DynamoDB's second has not ended";
  EXPECT_EQ(rule(last_wins, put(2, 4'000), image(1)).outcome, Outcome::restored);
}

TEST_F(ArbiterTest, MongoDbsTimeIsExactAndDynamoDbsIsASecond) {
  Arbiter last_wins = arbiter(ConflictPolicy::last_writer_wins, Side::dynamodb);
  last = put(1, 5'999);
  EXPECT_EQ(rule(last_wins, put(2, 6'000), image(1)).outcome, Outcome::kept);
  EXPECT_EQ(rule(last_wins, put(2, 5'000), image(1)).outcome, Outcome::restored);
}

TEST_F(ArbiterTest, AValueThatTheLastChangeDidNotLeaveIsOfAnUnknownTime) {
  Arbiter last_wins = arbiter(ConflictPolicy::last_writer_wins);
  last = put(1, 5'000);
  EXPECT_EQ(rule(last_wins, put(2, 9'000), image(3)).outcome, Outcome::restored);
  EXPECT_EQ(rule(last_wins, put(2, 9'000), std::nullopt).outcome, Outcome::restored);
  last->kind = ChangeKind::remove;
  EXPECT_EQ(rule(last_wins, put(2, 9'000), std::nullopt).outcome, Outcome::kept);
  last.reset();
  EXPECT_EQ(rule(last_wins, put(2, 9'000), image(1)).outcome, Outcome::restored);
}

TEST_F(ArbiterTest, TheOwnersChangeIsWaitedForWhereItMayDecide) {
  Arbiter last_wins = arbiter(ConflictPolicy::last_writer_wins);
  last = put(1, 5'000);
  on_its_way = put(4, 8'000);
  EXPECT_EQ(rule(last_wins, put(2, 9'000, Former{image(4)}), image(4)).outcome, Outcome::kept);
  EXPECT_EQ(asked, 1) << "it was made on the owner's value";
  EXPECT_EQ(rule(last_wins, put(2, 9'000, Former{image(1)}), image(4)).outcome, Outcome::kept);
  EXPECT_EQ(asked, 3);
  on_its_way = put(5, 9'000);
  EXPECT_EQ(rule(last_wins, put(2, 9'000), image(5)).outcome, Outcome::restored);
}

TEST_F(ArbiterTest, WhatAChangeHasLeftIsAsOldAsTheChange) {
  Arbiter last_wins = arbiter(ConflictPolicy::last_writer_wins);
  last = put(1, 5'000);
  const Change first = put(2, 7'000);
  ASSERT_EQ(rule(last_wins, first, image(1)).outcome, Outcome::kept);
  last_wins.carried_out(first, Outcome::kept);
  EXPECT_EQ(rule(last_wins, put(3, 7'500), image(2)).outcome, Outcome::kept);
  EXPECT_EQ(rule(last_wins, put(3, 6'500), image(2)).outcome, Outcome::restored);
  EXPECT_EQ(rule(last_wins, put(3, 7'500), image(4)).outcome, Outcome::restored);
}

}  // namespace
}  // namespace crossfade::state
