#include "common/model/change.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "common/base/hash.h"

namespace crossfade {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string bytes_of(const std::string& hex_text) {
  std::string bytes;
  for (std::size_t i = 0; i < hex_text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex_text.substr(i, 2), nullptr, 16));
  return bytes;
}

Change sample() {
  Change change;
  change.kind = ChangeKind::put;
  change.key.bson = std::string("\x0e\0\0\0\x10_id\0\5\0\0\0\0", 14);
  change.image = "image";
  change.source = "shard-1/7";
  change.source_time_ms = 1'767'322'800'000;
  change.reason = "why";
  change.token = WriteToken{"orders", 2, 42, 0xff, 1'767'322'800'001, true};
  change.earliest_ms = 1'767'322'799'200;
  return change;
}

/// The rest of a record of either version, behind the version's byte.
const std::string kCommonBytes =
    "01"                                    // kind
    "f86e322413287491"                      // hash of the key
    "0e0000000e000000105f6964000500000000"  // key
    "05000000696d616765"                    // image
    "0900000073686172642d312f37"            // source
    "80cfa57c9b010000"                      // time
    "03000000776879"                        // reason
    "01"                                    // a token follows
    "060000006f7264657273"                  // link
    "0200000000000000"                      // epoch
    "2a00000000000000"                      // position
    "ff00000000000000"                      // key hash
    "81cfa57c9b010000"                      // issued
    "01";                                   // the mark of a delete

/// Logs on disk hold these bytes: if this fails, a version has to be added, not this text changed.
TEST(Change, BytesOfVersion2) {
  const std::string earliest = "60cca57c9b010000";
  EXPECT_EQ(hex(encode(sample())), "02" + kCommonBytes + earliest);
}

TEST(Change, ReadsVersion1WhoseEarliestTimeIsTheSources) {
  Change expected = sample();
  expected.earliest_ms = expected.source_time_ms;
  EXPECT_EQ(*decode(bytes_of("01" + kCommonBytes)), expected);
  EXPECT_FALSE(decode(bytes_of("01" + kCommonBytes + "60cca57c9b010000")));
}

TEST(Change, BytesOfVersion3SayWhatWasBefore) {
  const std::string earliest = "60cca57c9b010000";
  Change change = sample();
  change.before = Former{"old"};
  const std::string with_image = "03" + kCommonBytes + earliest + "01" + "03000000" + "6f6c64";
  EXPECT_EQ(hex(encode(change)), with_image);
  EXPECT_EQ(*decode(bytes_of(with_image)), change);
  change.before = Former{};
  const std::string of_nothing = "03" + kCommonBytes + earliest + "00";
  EXPECT_EQ(hex(encode(change)), of_nothing);
  EXPECT_EQ(*decode(bytes_of(of_nothing)), change);
}

TEST(Change, ReadsBack) {
  EXPECT_EQ(*decode(encode(sample())), sample());
  EXPECT_EQ(*decode(encode(Change())), Change());
  EXPECT_EQ(key_hash_of_record(encode(sample())), hash_of(sample().key));
  EXPECT_EQ(hash_of(sample().key), stable_hash(sample().key.bson));
  EXPECT_EQ(key_hash_of_record("short"), 0U);
}

TEST(Change, RefusesWhatItDoesNotKnow) {
  const std::string good = encode(sample());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decode(good.substr(0, size))) << size;
  EXPECT_FALSE(decode(good + "x"));
  std::string other = good;
  other[0] = 3;
  EXPECT_FALSE(decode(other)) << "nothing says what was before";
  other[0] = 4;
  EXPECT_EQ(decode(other).error().fault, Fault::corrupt);
  other = good;
  other[1] = 0;
  EXPECT_FALSE(decode(other));
  other[1] = 7;
  EXPECT_FALSE(decode(other));
}

RC_GTEST_PROP(Change, ComesBack, ()) {
  Change change;
  change.kind = static_cast<ChangeKind>(*rc::gen::inRange(1, 7));
  change.key.bson = *rc::gen::arbitrary<std::string>();
  change.image = *rc::gen::arbitrary<std::string>();
  change.source = *rc::gen::arbitrary<std::string>();
  change.source_time_ms = *rc::gen::arbitrary<std::int64_t>();
  change.reason = *rc::gen::arbitrary<std::string>();
  change.earliest_ms = *rc::gen::arbitrary<std::int64_t>();
  if (*rc::gen::arbitrary<bool>())
    change.token =
        WriteToken{*rc::gen::arbitrary<std::string>(),  *rc::gen::arbitrary<std::int64_t>(),
                   *rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<std::uint64_t>(),
                   *rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<bool>()};
  if (*rc::gen::arbitrary<bool>()) change.before = Former{};
  if (*rc::gen::arbitrary<bool>()) change.before = Former{*rc::gen::arbitrary<std::string>()};
  const auto again = decode(encode(change));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == change);
}

TEST(WriteToken, TheEpochGoesBeforeThePosition) {
  const WriteToken token{"l", 2, 5, 0, 0, false};
  EXPECT_TRUE(token.newer_than({"l", 1, 9, 0, 0, false}));
  EXPECT_TRUE(token.newer_than({"l", 2, 4, 0, 0, false}));
  EXPECT_FALSE(token.newer_than(token));
  EXPECT_FALSE(token.newer_than({"l", 3, 1, 0, 0, false}));
}

}  // namespace
}  // namespace crossfade
