#include "common/state/violation.h"

#include <gtest/gtest.h>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;

std::string bson_of(const std::string& json) {
  std::string error;
  return codec::from_extended_json(json, error).value_or("");
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string shown(const std::string& bson) {
  return without_blanks(codec::to_extended_json(bson, true));
}

Violation sample() {
  Violation out;
  out.id = "orders/forward/7";
  out.link = "orders";
  out.side = Side::dynamodb;
  out.operation = "put";
  out.key = {DocumentBuilder().text("_id", "k").finish()};
  out.dynamodb = bson_of(R"({"_id": "k", "a": 2})");
  out.mongodb = bson_of(R"({"_id": "k", "b": 3})");
  out.source_time_ms = 1'767'322'800'000;
  out.at_ms = 1'767'322'800'001;
  out.outcome = Outcome::merged;
  out.merged = bson_of(R"({"_id": "k", "b": 3, "a": 2})");
  return out;
}

const std::string kSince = R"("link":"orders","side":"dynamodb","operation":"put","key":"k",)"
                           R"("dynamodb":{"_id":"k","a":{"$numberInt":"2"}},)"
                           R"("mongodb":{"_id":"k","b":{"$numberInt":"3"}},)"
                           R"("source_time":{"$date":{"$numberLong":"1767322800000"}},)"
                           R"("at":{"$date":{"$numberLong":"1767322800001"}})";

/// The state database holds these fields: if this fails, a version has to be added.
TEST(ViolationTest, FieldsOfVersion2) {
  EXPECT_EQ(shown(fields_of(sample())),
            R"({"v":{"$numberInt":"2"},)" + kSince +
                R"(,"outcome":"merged","intended":null,)"
                R"("merged":{"_id":"k","b":{"$numberInt":"3"},"a":{"$numberInt":"2"}}})");
  Violation open = sample();
  open.outcome.reset();
  open.intended = Outcome::kept;
  open.merged.reset();
  open.mongodb.reset();
  EXPECT_TRUE(
      shown(fields_of(open)).ends_with(R"("outcome":null,"intended":"kept","merged":null})"));
  EXPECT_NE(shown(fields_of(open)).find(R"("mongodb":null)"), std::string::npos);
}

TEST(ViolationTest, ThoseOfVersion1WereRestored) {
  const std::string old = bson_of(R"({"_id":"orders/forward/7","v":1,)" + kSince + "}");
  ASSERT_FALSE(old.empty());
  EXPECT_EQ(shown(in_present_form(old)), R"({"_id":"orders/forward/7",)" + kSince +
                                             R"(,"v":{"$numberInt":"2"},"outcome":"restored"})");
}

TEST(ViolationTest, ThoseOfVersion2StayAsTheyAre) {
  const std::string stored = fields_of(sample());
  EXPECT_EQ(in_present_form(stored), stored);
}

}  // namespace
}  // namespace crossfade::state
