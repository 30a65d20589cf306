#include "sync/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::Not;

dynamo::TableDescription table() {
  dynamo::TableDescription out;
  out.name = "Orders";
  out.hash = "pk";
  out.stream_arn = "arn:stream:1";
  out.stream_enabled = true;
  out.stream_view_type = "NEW_AND_OLD_IMAGES";
  return out;
}

LinkConfig link() {
  LinkConfig out;
  out.name = "orders";
  out.table = "Orders";
  out.collection = "shop.orders";
  return out;
}

state::LinkRecord record() {
  state::LinkRecord out;
  out.name = "orders";
  out.table = "Orders";
  out.collection = "shop.orders";
  out.stream_arn = "arn:stream:1";
  return out;
}

/// One sentence or more, ended, for a person.
void expect_sentence(const Result<void>& refused, Fault fault) {
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, fault);
  EXPECT_EQ(refused.error().next(), Next::stop_link);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("  ")));
}

TEST(PreflightTest, AStreamOfBothImagesWillDo) {
  EXPECT_TRUE(check_stream(table()));
}

TEST(PreflightTest, ATableWithoutAStreamIsRefusedWithTheCommandThatTurnsItOn) {
  dynamo::TableDescription off = table();
  off.stream_enabled = false;
  const auto refused = check_stream(off);
  expect_sentence(refused, Fault::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("The table Orders has no stream"));
  EXPECT_THAT(refused.error().message,
              HasSubstr("aws dynamodb update-table --table-name Orders --stream-specification "
                        "StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"));
}

TEST(PreflightTest, AStreamOfAnotherViewTypeIsRefusedWithBothCommands) {
  for (const char* type : {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"}) {
    dynamo::TableDescription other = table();
    other.stream_view_type = type;
    const auto refused = check_stream(other);
    expect_sentence(refused, Fault::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr(type));
    EXPECT_THAT(
        refused.error().message,
        HasSubstr(
            "aws dynamodb update-table --table-name Orders --stream-specification "
            "StreamEnabled=false && aws dynamodb wait table-exists --table-name Orders && aws "
            "dynamodb update-table --table-name Orders --stream-specification "
            "StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"));
  }
}

TEST(PreflightTest, AServerThatCannotWatchIsRefused) {
  mongo::ServerFacts server;
  server.version = "6.0.5";
  server.major = 6;
  const auto refused = check_server(server);
  expect_sentence(refused, Fault::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("not a replica set"));
  EXPECT_THAT(refused.error().message, HasSubstr("rs.initiate()"));
  server.replica_set = "rs0";
  EXPECT_TRUE(check_server(server));
  server.replica_set.clear();
  server.sharded = true;
  EXPECT_TRUE(check_server(server));
}

TEST(PreflightTest, TheStoredLinkIsTheConfiguredOne) {
  EXPECT_TRUE(check_same_link(record(), link(), table()));
}

TEST(PreflightTest, AnotherTableOrCollectionUnderTheSameNameIsRefused) {
  LinkConfig changed = link();
  changed.collection = "shop.orders2";
  const auto collection = check_same_link(record(), changed, table());
  expect_sentence(collection, Fault::invalid);
  EXPECT_THAT(collection.error().message, HasSubstr("shop.orders;"));
  EXPECT_THAT(collection.error().message, HasSubstr("\"orders\""));
  changed = link();
  changed.table = "Other";
  EXPECT_FALSE(check_same_link(record(), changed, table()));
}

TEST(PreflightTest, AStreamThatBeganAnewIsAGap) {
  dynamo::TableDescription anew = table();
  anew.stream_arn = "arn:stream:2";
  const auto refused = check_same_link(record(), link(), anew);
  expect_sentence(refused, Fault::trimmed);
  EXPECT_THAT(refused.error().message, HasSubstr("changes of the time between are missing"));
  EXPECT_THAT(refused.error().message, HasSubstr("--into-existing"));
}

TEST(PreflightTest, ACollectionWithDocumentsIsOnlyLoadedIntoWhenThatWasAskedFor) {
  RunOptions options;
  EXPECT_TRUE(check_target(link(), false, options));
  const auto refused = check_target(link(), true, options);
  expect_sentence(refused, Fault::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("shop.orders is not empty"));
  EXPECT_THAT(refused.error().message, HasSubstr("--into-existing"));
  EXPECT_THAT(refused.error().message, HasSubstr("--resume"));
  options.resume = true;
  EXPECT_TRUE(check_target(link(), true, options));
  options.resume = false;
  options.into_existing = true;
  EXPECT_TRUE(check_target(link(), true, options));
}

TEST(PreflightTest, TheMappingFollowsTheTableAndTheConfiguration) {
  dynamo::TableDescription keyed = table();
  keyed.hash_type = 'B';
  keyed.sort = "sk";
  keyed.sort_type = 'N';
  LinkConfig config = link();
  config.fractions_as_double = true;
  config.raw_names = true;
  config.dates = codec::MappingOptions::Dates::epoch_s;
  config.types = {{"tags", "SS"}};
  config.reserved = "_mine";
  config.forward_synced_field = "_synced";
  const codec::MappingOptions out = mapping_options(config, keyed);
  EXPECT_EQ(out.key.hash.name, "pk");
  EXPECT_EQ(out.key.hash.type, codec::KeyType::binary);
  ASSERT_TRUE(out.key.sort);
  EXPECT_EQ(out.key.sort->name, "sk");
  EXPECT_EQ(out.key.sort->type, codec::KeyType::number);
  EXPECT_TRUE(out.fractions_as_double);
  EXPECT_TRUE(out.raw_names);
  EXPECT_EQ(out.dates, codec::MappingOptions::Dates::epoch_s);
  EXPECT_EQ(out.types, config.types);
  EXPECT_EQ(out.reserved, "_mine");
  EXPECT_EQ(out.synced_field, "_synced");
}

TEST(PreflightTest, ATableWithAHashKeyOnlyHasNoSortKey) {
  const codec::MappingOptions out = mapping_options(link(), table());
  EXPECT_EQ(out.key.hash.type, codec::KeyType::text);
  EXPECT_FALSE(out.key.sort);
}

}  // namespace
}  // namespace crossfade::sync
