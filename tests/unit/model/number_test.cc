#include "common/model/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace crossfade {
namespace {

std::string canonical(std::string_view text) {
  const auto number = Number::parse(text);
  return number ? number->text() : "refused";
}

TEST(Number, HasOneSpellingForAValue) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"1", "1"},
      {"1.0", "1"},
      {"007.10", "7.1"},
      {"+5", "5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e3", "1000"},
      {"1E+00000000003", "1000"},
      {"-0", "0"},
      {"0.000", "0"},
      {"0E+200", "0"},
      {"0E-99999999999999999999", "0"},
      {"-12.340", "-12.34"},
      {"1E-6", "0.000001"},
      {"1E-7", "1E-7"},
      {"0.00000012300", "1.23E-7"},
      {"1E+37", "1" + std::string(37, '0')},
      {"1E+38", "1E+38"},
      {"1" + std::string(125, '0'), "1E+125"},
      {"0." + std::string(129, '0') + "1", "1E-130"},
      {"1.5E-130", "1.5E-130"},
      {"-9.9999999999999999999999999999999999999E+125",
       "-9.9999999999999999999999999999999999999E+125"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
      {"1234567890123456789012345678901234567800000",
       "1.2345678901234567890123456789012345678E+42"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(canonical(text), expected) << text;
    EXPECT_EQ(canonical(expected), expected);
  }
}

TEST(Number, RefusesWhatDynamoDbRefuses) {
  for (const std::string text : {"",
                                 " 1",
                                 "1 ",
                                 ".",
                                 "e5",
                                 "1e",
                                 "1e+",
                                 "--1",
                                 "1_0",
                                 "0x1",
                                 "+",
                                 "1E5.0",
                                 "NaN",
                                 "Infinity",
                                 "1..2",
                                 "1E+126",
                                 "-1E+126",
                                 "1E-131",
                                 "9E-131",
                                 "1,5",
                                 "123456789012345678901234567890123456789",
                                 "1.00000000000000000000000000000000000001",
                                 "1E+99999999999999999999",
                                 "1E-99999999999999999999"}) {
    EXPECT_EQ(canonical(text), "refused") << text;
  }
}

TEST(Number, ComparesByValue) {
  const std::vector<std::string> ascending = {
      "-1E+125", "-10.5", "-10",    "-9",   "-0.1", "-1E-130", "0",       "1E-130",
      "0.5",     "1",     "1.0001", "9.99", "10",   "1E+20",   "1.1E+20", "1E+125"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(*Number::parse(ascending[i]) <=> *Number::parse(ascending[j]), i <=> j)
          << ascending[i] << " and " << ascending[j];
  EXPECT_EQ(*Number::parse("1.0"), *Number::parse("1"));
}

TEST(Number, KnowsIntegers) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t value : {kMin, kMin + 1, std::int64_t{-10}, std::int64_t{0},
                                   std::int64_t{7}, (std::int64_t{1} << 53) + 1, kMax}) {
    EXPECT_EQ(Number(value).to_int64(), value);
    EXPECT_EQ(Number(value), *Number::parse(std::to_string(value)));
    EXPECT_EQ(Number(value).text(), std::to_string(value));
  }
  EXPECT_EQ(Number::parse("9223372036854775808")->to_int64(), std::nullopt);
  EXPECT_EQ(Number::parse("-9223372036854775809")->to_int64(), std::nullopt);
  EXPECT_EQ(Number::parse("1.5")->to_int64(), std::nullopt);
  EXPECT_EQ(Number::parse("1E+125")->to_int64(), std::nullopt);
}

TEST(Number, TakesTheShortestDecimalOfADouble) {
  EXPECT_EQ(Number::from_double(0.1)->text(), "0.1");
  EXPECT_EQ(Number::from_double(1.0)->text(), "1");
  EXPECT_EQ(Number::from_double(-0.0)->text(), "0");
  EXPECT_EQ(Number::from_double(1e125)->text(), "1E+125");
  EXPECT_EQ(Number::from_double(1e126), std::nullopt);
  EXPECT_EQ(Number::from_double(1e-131), std::nullopt);
  EXPECT_EQ(Number::from_double(std::nan("")), std::nullopt);
  EXPECT_EQ(Number::from_double(HUGE_VAL), std::nullopt);
  for (const double value : {0.1, 2.0 / 3, 1e22, 9007199254740993.0, -1.7976931348623157e100})
    EXPECT_EQ(Number::from_double(value)->to_double(), value);
}

TEST(Number, IsADecimal128OfUpTo34Digits) {
  EXPECT_EQ(Number::parse("1.50")->to_decimal128(),
            (Decimal128{15, static_cast<std::uint64_t>(6176 - 1) << 49}));
  EXPECT_EQ(Number::parse("-1E+30")->to_decimal128(),
            (Decimal128{1, static_cast<std::uint64_t>(6176 + 30) << 49 | 1ULL << 63}));
  EXPECT_TRUE(Number::parse("1234567890123456789012345678901234")->to_decimal128());
  EXPECT_EQ(Number::parse("12345678901234567890123456789012345")->to_decimal128(), std::nullopt);
  for (const std::string text : {"0.1", "-7", "1E-130", "9999999999999999999999999999999999"}) {
    const Number number = *Number::parse(text);
    EXPECT_EQ(Number::from_decimal128(*number.to_decimal128()), number) << text;
  }
}

TEST(Number, ReadsForeignDecimal128) {
  constexpr std::uint64_t kExponentZero = static_cast<std::uint64_t>(6176) << 49;
  EXPECT_EQ(Number::from_decimal128({150, kExponentZero - (2ULL << 49)})->text(), "1.5");
  EXPECT_EQ(Number::from_decimal128({0, 1ULL << 63})->text(), "0");
  EXPECT_EQ(Number::from_decimal128({0, 0x1fULL << 58}), std::nullopt);  // NaN
  EXPECT_EQ(Number::from_decimal128({0, 0x1eULL << 58}), std::nullopt);  // infinite
  EXPECT_EQ(Number::from_decimal128({1, 3ULL << 61})->text(), "0");      // not canonical
  EXPECT_EQ(Number::from_decimal128({1, kExponentZero + (200ULL << 49)}), std::nullopt);
}

TEST(Number, CountsBytesAsDynamoDbDoes) {
  const std::vector<std::pair<std::string, std::size_t>> table = {
      {"0", 1},    {"1", 2},
      {"-1", 3},   {"10", 2},
      {"100", 2},  {"123", 3},
      {"-123", 4}, {"1.5", 3},
      {"0.5", 2},  {"12345678901234567890123456789012345678", 20}};
  for (const auto& [text, bytes] : table)
    EXPECT_EQ(Number::parse(text)->stored_bytes(), bytes) << text;
}

}  // namespace
}  // namespace crossfade
