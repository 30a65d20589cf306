#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/codec/document.h"
#include "common/codec/mapping.h"
#include "tests/unit/codec/random_document.h"
#include "tests/unit/codec/random_item.h"

namespace crossfade::codec {
namespace {

using nlohmann::json;

constexpr int kCases = 10'000;
constexpr int kNeutralCases = 3'000;
constexpr std::size_t kMostValues = 20;

MappingOptions plain_options(std::uint64_t choice, bool sort_key) {
  MappingOptions options;
  options.key.hash = {"pk", KeyType::text};
  if (sort_key) options.key.sort = KeyAttribute{"sk", KeyType::number};
  options.fractions_as_double = (choice & 1) != 0;
  options.raw_names = (choice & 2) != 0;
  options.dates = static_cast<MappingOptions::Dates>(choice / 4 % 3);
  return options;
}

/// A declared set has no order, so only items come back whatever they hold.
MappingOptions with_types(std::uint64_t choice, bool sort_key) {
  MappingOptions options = plain_options(choice, sort_key);
  if (choice / 12 % 3 == 0)
    options.types = {{"a", "SS"}, {"b", "NS"},   {"c", "BS"},
                     {"d", "N"},  {"e[]", "SS"}, {"f.a", "NS"}};
  return options;
}

/// A mapper for each choice of options; as in the service, one serves many items.
class Mappers {
 public:
  explicit Mappers(MappingOptions (*options)(std::uint64_t, bool)) {
    for (std::uint64_t choice = 0; choice < kChoices; ++choice)
      for (const bool sort_key : {false, true}) all_.emplace_back(options(choice, sort_key));
  }
  const Mapper& pick(std::uint64_t seed, bool sort_key) const {
    return all_[seed % kChoices * 2 + (sort_key ? 1 : 0)];
  }

 private:
  static constexpr std::uint64_t kChoices = 36;
  std::vector<Mapper> all_;
};

/// A failing case is shrunk to the smallest size that fails.
template <class Property>
void check_many(int cases, Property property) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = cases;
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << report.str();
}

template <class T>
T take(Result<T> result) {
  if (!result) RC_FAIL(result.error().message);
  return std::move(result).value();
}

TEST(RoundTrip, ItemsComeBack) {
  const Mappers mappers(with_types);
  check_many(kCases, [&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto size = *rc::gen::inRange<std::size_t>(0, kMostValues);
    const bool sort_key = *rc::gen::arbitrary<bool>();
    const Mapper& mapper = mappers.pick(seed, sort_key);
    const json item = testing::RandomItem(seed, size).item(sort_key);
    const std::string text = item.dump(-1, ' ', seed % 2 == 0);
    const MappedDocument document = take(mapper.to_document(text));
    const MappedItem again = take(mapper.to_item(document.bson));
    RC_LOG() << text << "\n" << to_extended_json(document.bson, true) << "\n" << again.json << "\n";
    RC_ASSERT(testing::normal_item(json::parse(again.json)) == testing::normal_item(item));
    RC_ASSERT(again.key == document.key);
    RC_ASSERT(!document.own_id);
    RC_ASSERT(take(mapper.to_document(again.json)).bson == document.bson);
  });
}

TEST(RoundTrip, DocumentsComeBackToTheByte) {
  const Mappers mappers(plain_options);
  check_many(kCases, [&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto size = *rc::gen::inRange<std::size_t>(0, kMostValues);
    const bool sort_key = *rc::gen::arbitrary<bool>();
    const Mapper& mapper = mappers.pick(seed, sort_key);
    const std::string document = testing::RandomDocument(seed, size).document(sort_key);
    const WriteToken token{"orders", 3,  static_cast<std::int64_t>(seed >> 1),
                           seed,     99, seed % 2 == 0};
    const MappedItem item = take(mapper.to_item(document, seed % 3 == 0 ? nullptr : &token));
    const MappedDocument again = take(mapper.to_document(item.json));
    RC_LOG() << to_extended_json(document, true) << "\n"
             << item.json << "\n"
             << to_extended_json(again.bson, true) << "\n";
    RC_ASSERT(again.bson == document);
    RC_ASSERT(again.key == item.key);
    RC_ASSERT(again.token.has_value() == (seed % 3 != 0));
    RC_ASSERT(!again.token || *again.token == token);
  });
}

TEST(RoundTrip, BothSidesHaveOneNeutralForm) {
  const Mappers mappers(with_types);
  check_many(kNeutralCases, [&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto size = *rc::gen::inRange<std::size_t>(0, kMostValues);
    const bool sort_key = *rc::gen::arbitrary<bool>();
    const Mapper& mapper = mappers.pick(seed, sort_key);
    testing::RandomItem random(seed, size);
    const json item = random.item(sort_key);
    const std::string canonical = take(canonical_item(mapper, item.dump()));
    const MappedDocument document = take(mapper.to_document(item.dump()));
    RC_ASSERT(take(canonical_document(mapper, document.bson)) == canonical);
    RC_ASSERT(take(canonical_item(mapper, random.respelled(item).dump())) == canonical);
    json other = item;
    other["pk"]["S"] = item["pk"]["S"].get<std::string>() + "!";
    RC_ASSERT(take(canonical_item(mapper, other.dump())) != canonical);
  });
}

}  // namespace
}  // namespace crossfade::codec
