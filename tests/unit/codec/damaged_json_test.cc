#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/codec/mapping.h"
#include "tests/unit/codec/random_document.h"
#include "tests/unit/codec/random_item.h"

namespace crossfade::codec {
namespace {

constexpr std::string_view kSpite = "{}[]\",:\\u0\xff\0 SNBLMt1";

std::string damaged(std::string text, testing::Dice& dice) {
  for (std::size_t i = 0; i <= dice.below(3); ++i) {
    if (text.empty()) return text;
    const std::size_t at = dice.below(text.size());
    const char c = kSpite[dice.below(kSpite.size())];
    if (dice.one_in(3))
      text.erase(at, 1 + dice.below(8));
    else if (dice.one_in(2))
      text.insert(at, 1, c);
    else
      text[at] = c;
  }
  return text;
}

/// Whatever comes in, an item is mapped or refused; what was mapped maps back.
TEST(DamagedJson, IsRefusedOrUnderstood) {
  MappingOptions options;
  options.key.hash = {"pk", KeyType::text};
  const Mapper mapper(options);
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    testing::Dice dice(seed);
    const auto whole = mapper.to_item(testing::RandomDocument(seed, 8).document(false));
    const std::string text = damaged(
        seed % 2 == 0 ? whole->json : testing::RandomItem(seed, 8).item(false).dump(), dice);
    const auto document = mapper.to_document(text);
    if (!document) ++refused;
    if (document) EXPECT_TRUE(mapper.to_item(document->bson)) << text;
    std::string page = R"({"Items":[)" + text + "," + text + R"(],"Count":2})";
    const auto read = mapper.read_scan_page(page);
    if (read && document) EXPECT_EQ(read->documents.size(), 2U) << text;
    page = R"({"Records":[{"dynamodb":{"Keys":{"pk":{"S":"a"}},"NewImage":)" + text + "}}]}";
    const auto records = mapper.read_records_page(page);
    if (records && document) EXPECT_EQ(records->records[0].new_image, document->bson) << text;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 4900);
}

}  // namespace
}  // namespace crossfade::codec
