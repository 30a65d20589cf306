#include "sync/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

using testing::HasSubstr;

using Values = std::map<std::string, std::string>;

struct Table {
  dynamo::TableDescription description;
  codec::Mapper mapper;
};

codec::KeyType type_of(char letter) {
  return static_cast<codec::KeyType>(letter);
}

Table table(char hash_type, char sort_type) {
  dynamo::TableDescription description;
  description.name = "Orders";
  description.hash = "pk";
  description.hash_type = hash_type;
  description.sort = sort_type == 0 ? "" : "sk";
  description.sort_type = sort_type;
  codec::MappingOptions options;
  options.key.hash = {"pk", type_of(hash_type)};
  if (sort_type != 0) options.key.sort = {"sk", type_of(sort_type)};
  return {std::move(description), codec::Mapper(std::move(options))};
}

Result<CanaryKey> key(const Table& of, const Values& values) {
  return canary_key(values, of.description, of.mapper);
}

TEST(CanaryKeyTest, HasTheTypesOfTheTable) {
  const auto found = key(table('S', 'N'), {{"pk", "canary"}, {"sk", "7"}});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->json, R"({"pk":{"S":"canary"},"sk":{"N":"7"}})");
  EXPECT_EQ(key(table('S', 0), {{"pk", "canary"}})->json, R"({"pk":{"S":"canary"}})");
}

TEST(CanaryKeyTest, NamesTheKeyAttributesNoMoreAndNoFewer) {
  EXPECT_THAT(key(table('S', 'S'), {{"pk", "canary"}}).error().message,
              HasSubstr("no value for the key attribute \"sk\""));
  EXPECT_THAT(key(table('S', 0), {{"pk", "canary"}, {"sk", "7"}}).error().message,
              HasSubstr("no key attributes of table \"Orders\""));
}

TEST(CanaryKeyTest, IsOfTextsAndNumbers) {
  EXPECT_THAT(key(table('B', 0), {{"pk", "canary"}}).error().message, HasSubstr("binary"));
  EXPECT_FALSE(key(table('N', 0), {{"pk", "seven"}}));
}

TEST(CanaryFiguresTest, TheWorstIsTheSlowestWayOrTheOneUnderWay) {
  EXPECT_EQ((CanaryFigures{}.worst_ms()), 0);
  EXPECT_EQ((CanaryFigures{120, 80, 0, 1}.worst_ms()), 120);
  EXPECT_EQ((CanaryFigures{120, 80, 9'000, 1}.worst_ms()), 9'000);
}

}  // namespace
}  // namespace crossfade::sync
