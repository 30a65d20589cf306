#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

using testing::bson_of;
using testing::hash_and_sort;
using testing::hash_only;
using testing::shown;

std::string key_text(const Result<Key>& key) {
  return key ? shown(key->bson) : key.error().message;
}

MappingOptions typed(std::optional<KeyType> type) {
  MappingOptions options = hash_only();
  options.key.hash.type = type;
  return options;
}

TEST(Keys, OneNumberIsOneKey) {
  const Mapper mapper(typed(KeyType::number));
  for (const std::string value :
       {R"({"$numberInt":"5"})", R"({"$numberLong":"5"})", "5.0", R"({"$numberDecimal":"5.00"})"}) {
    EXPECT_EQ(key_text(mapper.key_of_document(bson_of(R"({"_id":9,"pk":)" + value + "}"))),
              R"({ "_id" : { "$numberInt" : "5" } })");
    EXPECT_EQ(key_text(mapper.key_of_id(bson_of(R"({"_id":)" + value + "}"))),
              R"({ "_id" : { "$numberInt" : "5" } })");
  }
  EXPECT_EQ(mapper.to_document(R"({"pk":{"N":"5"}})")->key,
            mapper.to_document(R"({"pk":{"N":"005.0"}})")->key);
}

TEST(Keys, TypesStayApart) {
  const Mapper untyped(typed(std::nullopt));
  const auto text = untyped.to_document(R"({"pk":{"S":"1"}})")->key;
  const auto number = untyped.to_document(R"({"pk":{"N":"1"}})")->key;
  const auto binary = untyped.to_document(R"({"pk":{"B":"MQ=="}})")->key;
  EXPECT_NE(text, number);
  EXPECT_NE(text, binary);
  EXPECT_NE(number, binary);
  EXPECT_EQ(*untyped.key_json(text), R"({"pk":{"S":"1"}})");
  EXPECT_EQ(*untyped.key_json(number), R"({"pk":{"N":"1"}})");
  EXPECT_EQ(*untyped.key_json(binary), R"({"pk":{"B":"MQ=="}})");
}

TEST(Keys, ComeFromTheFieldsBeforeTheId) {
  const Mapper mapper(hash_and_sort());
  EXPECT_EQ(
      key_text(mapper.key_of_document(bson_of(R"({"_id":{"pk":"a","sk":1},"pk":"b","sk":2})"))),
      R"({ "_id" : { "pk" : "b", "sk" : { "$numberInt" : "2" } } })");
  EXPECT_EQ(key_text(mapper.key_of_document(bson_of(R"({"_id":{"pk":"a","sk":1},"sk":1.0})"))),
            R"({ "_id" : { "pk" : "a", "sk" : { "$numberInt" : "1" } } })");
}

TEST(Keys, OfAForeignIdAreRefused) {
  const Mapper mapper(hash_and_sort());
  for (const std::string id : {R"("a")", R"({"pk":"a"})", R"({"sk":1,"pk":"a"})",
                               R"({"pk":"a","sk":1,"x":1})", R"({"pk":"a","other":1})",
                               R"({"pk":"a","sk":"1"})", R"({"$oid":"0123456789abcdef01234567"})"})
    EXPECT_EQ(mapper.key_of_id(bson_of(R"({"_id":)" + id + "}")).error().fault, Fault::rejected)
        << id;
  EXPECT_FALSE(
      Mapper(hash_only()).key_of_id(bson_of(R"({"_id":{"$oid":"0123456789abcdef01234567"}})")));
  EXPECT_FALSE(mapper.key_of_id(bson_of("{}")));
  EXPECT_TRUE(mapper.key_of_id(bson_of(R"({"shard":1,"_id":{"pk":"a","sk":1}})")));
}

TEST(Keys, GoBackToTheTableAndIntoFilters) {
  MappingOptions options = hash_and_sort();
  options.key.hash.name = "p.k\"";
  const Mapper mapper(options);
  const auto key = mapper.to_document(R"({"p.k\"":{"S":"ä"},"sk":{"N":"1.50"}})")->key;
  EXPECT_EQ(*mapper.key_json(key), R"({"p.k\"":{"S":"ä"},"sk":{"N":"1.5"}})");
  EXPECT_EQ(shown(*mapper.key_filter(key)),
            R"({ "p%2Ek\"" : "ä", "sk" : { "$numberDecimal" : "1.5" } })");
  EXPECT_EQ(mapper.subject_of(key, "p.k\""), "ä");
  EXPECT_EQ(mapper.subject_of(key, "sk"), "1.5");
  EXPECT_EQ(mapper.subject_of(key, "other"), std::nullopt);
  EXPECT_FALSE(mapper.key_json(Key{}));
  EXPECT_FALSE(mapper.key_filter(Key{"garbage"}));
  const Mapper binary(typed(KeyType::binary));
  EXPECT_EQ(binary.subject_of(binary.to_document(R"({"pk":{"B":"AP8="}})")->key, "pk"), "AP8=");
}

}  // namespace
}  // namespace crossfade::codec
