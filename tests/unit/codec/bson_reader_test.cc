#include "common/codec/bson_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "common/codec/mapping.h"
#include "tests/unit/codec/random_document.h"

namespace crossfade::codec {
namespace {

TEST(BsonReader, TakesEveryTypeThatLibbsonWrites) {
  for (std::uint64_t seed = 0; seed < 500; ++seed)
    EXPECT_TRUE(is_sound(testing::RandomDocument(seed, 30).document(true)));
}

/// Damaged documents end as an error or as a mapped item, never beyond the bytes.
TEST(BsonReader, TrustsNoLength) {
  MappingOptions options;
  options.key.hash = {"pk", KeyType::text};
  const Mapper mapper(options);
  std::mt19937_64 chance(7);
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::string bytes = testing::RandomDocument(seed, 12).document(false);
    bytes[chance() % bytes.size()] = static_cast<char>(chance());
    if (seed % 3 == 0) bytes.resize(chance() % bytes.size());
    bytes.shrink_to_fit();
    const auto item = mapper.to_item(bytes);
    if (!item) ++refused;
    if (!item) EXPECT_EQ(item.error().fault, Fault::rejected);
  }
  EXPECT_GT(refused, 1000);
}

TEST(BsonReader, RefusesWhatIsTooDeep) {
  std::string document(5, '\0');
  document[0] = 5;
  for (int i = 0; i < 300; ++i) {
    std::string outer;
    const std::size_t begin = put_begin(outer);
    put_element(outer, BsonType::document, "a");
    outer += document;
    put_end(outer, begin);
    document = outer;
  }
  EXPECT_FALSE(is_sound(document));
}

}  // namespace
}  // namespace crossfade::codec
