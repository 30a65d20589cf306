#include "forward/echo_filter.h"

#include <gtest/gtest.h>

namespace crossfade::forward {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;
constexpr std::int64_t kMinute = 60'000;
const Key kKey{"key"};
const Key kOther{"other"};

WriteToken token_at(std::int64_t position, const Key& key = kKey) {
  return {"link", 1, position, hash_of(key), kNow, false};
}

WriteToken mark_at(std::int64_t position) {
  WriteToken out = token_at(position);
  out.remove = true;
  return out;
}

using Image = std::optional<std::optional<WriteToken>>;  ///< absent; without a token; with one
const Image kGone;
const Image kPlain = std::optional<WriteToken>();

Image with(const WriteToken& token) {
  return std::optional(token);
}

/// A stream whose records are judged and remembered in turn, as the capture does.
class Feed {
 public:
  /// Whether the change from `before` to `now` is an echo.
  bool echo(const Image& before, const Image& now, const Key& key = kKey,
            std::int64_t created_ms = kNow) {
    codec::StreamRecord record;
    record.key = key;
    record.created_ms = created_ms;
    record.had_old_image = before.has_value();
    if (before) record.old_token = *before;
    if (now) record.new_image = "image";
    if (now) record.new_token = *now;
    return judge(record);
  }
  bool judge(const codec::StreamRecord& record) {
    if (!filter.is_echo(record)) return false;
    const bool gone = !record.new_token;
    filter.remember(hash_of(record.key), gone ? *record.old_token : *record.new_token, gone);
    return true;
  }

  EchoFilter filter{"link"};
};

TEST(EchoFilterTest, AWriteOfOursIsAnEcho) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1)))) << "insert";
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(token_at(2)))) << "update";
  EXPECT_TRUE(feed.echo(kPlain, with(token_at(3)))) << "over a user's item";
}

TEST(EchoFilterTest, AWriteWithoutTokenIsAnApplications) {
  Feed feed;
  EXPECT_FALSE(feed.echo(kGone, kPlain)) << "insert";
  EXPECT_FALSE(feed.echo(kPlain, kPlain)) << "update";
  EXPECT_FALSE(feed.echo(kPlain, kGone)) << "delete";
}

TEST(EchoFilterTest, APartialUpdateKeepsTheTokenAndIsAnApplications) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_FALSE(feed.echo(with(token_at(1)), with(token_at(1))));
}

TEST(EchoFilterTest, AReplaceThatDropsTheTokenIsAnApplications) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_FALSE(feed.echo(with(token_at(1)), kPlain));
}

TEST(EchoFilterTest, AReplaceThatCarriesAnOlderTokenIsAnApplications) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(token_at(2))));
  EXPECT_FALSE(feed.echo(with(token_at(2)), with(token_at(1))));
}

TEST(EchoFilterTest, UndoToAnOlderImageIsAnApplications) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(token_at(2))));
  EXPECT_FALSE(feed.echo(with(token_at(2)), kPlain));
  EXPECT_FALSE(feed.echo(kPlain, with(token_at(2)))) << "back to the image that we wrote";
  EXPECT_TRUE(feed.echo(with(token_at(2)), with(token_at(3)))) << "and we go on";
}

TEST(EchoFilterTest, ACopyUnderAnotherKeyIsAnApplications) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_FALSE(feed.echo(kGone, with(token_at(1)), kOther));
  EXPECT_FALSE(feed.echo(kGone, with(token_at(9)), kOther));
  EXPECT_TRUE(feed.echo(with(token_at(9)), with(token_at(2, kOther)), kOther))
      << "an older position: the token there belongs to another key";
}

TEST(EchoFilterTest, ATokenOfAnotherLinkIsAnApplications) {
  Feed feed;
  WriteToken foreign = token_at(5);
  foreign.link = "another";
  EXPECT_FALSE(feed.echo(kGone, with(foreign)));
  EXPECT_TRUE(feed.echo(with(foreign), with(token_at(1))));
}

TEST(EchoFilterTest, OurDeleteIsRecognisedByItsMark) {
  Feed feed;
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(mark_at(2)))) << "the mark";
  EXPECT_TRUE(feed.echo(with(mark_at(2)), kGone)) << "the delete";
  EXPECT_FALSE(feed.echo(with(mark_at(2)), kGone)) << "but once only";
}

TEST(EchoFilterTest, AnApplicationsDeleteIsItsOwn) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_FALSE(feed.echo(with(token_at(1)), kGone)) << "an item of ours, no mark";
  EXPECT_FALSE(feed.echo(with(mark_at(2)), kGone)) << "a mark that never came by";
}

TEST(EchoFilterTest, AMarkThatWasSupersededProvesNothing) {
  Feed feed;
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(mark_at(2))));
  EXPECT_TRUE(feed.echo(with(mark_at(2)), with(token_at(3))));
  EXPECT_FALSE(feed.echo(with(mark_at(2)), kGone));
  EXPECT_FALSE(feed.echo(with(token_at(3)), kGone));
}

TEST(EchoFilterTest, DeleteAndReinsertByAnApplicationAreBothItsOwn) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  EXPECT_FALSE(feed.echo(with(token_at(1)), kGone));
  EXPECT_FALSE(feed.echo(kGone, with(token_at(1)))) << "with what it had read before";
  EXPECT_FALSE(feed.echo(with(token_at(1)), kPlain));
}

TEST(EchoFilterTest, OurReinsertAfterOurDeleteIsAnEcho) {
  Feed feed;
  EXPECT_TRUE(feed.echo(with(token_at(1)), with(mark_at(2))));
  EXPECT_TRUE(feed.echo(with(mark_at(2)), kGone));
  EXPECT_TRUE(feed.echo(kGone, with(token_at(3))));
}

TEST(EchoFilterTest, ADeleteByTimeToLiveIsNoEcho) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  codec::StreamRecord expired;
  expired.key = kKey;
  expired.created_ms = kNow;
  expired.had_old_image = true;
  expired.old_token = token_at(1);
  expired.time_to_live = true;
  EXPECT_FALSE(feed.judge(expired));
}

TEST(EchoFilterTest, AnImageThatCannotBeMappedIsJudgedByItsTokenAllTheSame) {
  codec::StreamRecord record;
  record.key = kKey;
  record.created_ms = kNow;
  record.rejected = codec::Rejected{"{}", "{}", "too deep"};
  Feed feed;
  EXPECT_FALSE(feed.judge(record)) << "and is no delete";
  record.new_token = token_at(1);
  EXPECT_TRUE(feed.judge(record));
}

TEST(EchoFilterTest, EpochsGoBeforePositions) {
  Feed feed;
  WriteToken later = token_at(1);
  later.epoch = 2;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(100))));
  EXPECT_TRUE(feed.echo(with(token_at(100)), with(later)));
  EXPECT_FALSE(feed.echo(with(later), with(token_at(101))));
}

TEST(EchoFilterTest, ATokenIsValidForTenMinutes) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1)), kKey, kNow + 10 * kMinute));
  EXPECT_FALSE(feed.echo(kGone, with(token_at(2)), kKey, kNow + 10 * kMinute + 1));
}

/// The time of a record is cut to the second by AWS, to the minute by DynamoDB Local.
TEST(EchoFilterTest, ATokenMayBeYoungerThanItsRecord) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1)), kKey, kNow - kMinute));
}

TEST(EchoFilterTest, WhatItForgetsIsTooOldToComeBack) {
  Feed feed;
  EXPECT_TRUE(feed.echo(kGone, with(token_at(1))));
  feed.filter.forget_before(kNow);
  EXPECT_EQ(feed.filter.size(), 1U) << "issued at, not before";
  const std::int64_t later = kNow + EchoFilter::kWindowMs + 1;
  feed.filter.forget_before(later - EchoFilter::kWindowMs);
  EXPECT_EQ(feed.filter.size(), 0U);
  EXPECT_FALSE(feed.echo(kPlain, with(token_at(1)), kKey, later)) << "an undo after that";
}

TEST(EchoFilterTest, ARebuiltFilterDecidesAsTheFirst) {
  Feed first;
  EXPECT_TRUE(first.echo(kGone, with(token_at(1))));
  EXPECT_TRUE(first.echo(kGone, with(token_at(2, kOther)), kOther));
  EXPECT_TRUE(first.echo(with(token_at(1)), with(mark_at(3))));
  Feed second;
  second.filter.remember(hash_of(kKey), token_at(1), false);
  second.filter.remember(hash_of(kOther), token_at(2, kOther), false);
  second.filter.remember(hash_of(kKey), mark_at(3), false);
  EXPECT_EQ(second.filter.size(), first.filter.size());
  EXPECT_FALSE(second.echo(kPlain, with(token_at(1))));
  EXPECT_FALSE(second.echo(kPlain, with(token_at(2, kOther)), kOther));
  EXPECT_TRUE(second.echo(with(mark_at(3)), kGone));
}

TEST(EchoFilterTest, ARebuiltFilterKnowsThatADeleteIsDone) {
  Feed feed;
  feed.filter.remember(hash_of(kKey), mark_at(3), false);
  feed.filter.remember(hash_of(kKey), mark_at(3), true);
  EXPECT_FALSE(feed.echo(with(mark_at(3)), kGone)) << "an application brought the image back";
}

}  // namespace
}  // namespace crossfade::forward
