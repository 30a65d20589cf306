#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tests/unit/codec/dice.h"

namespace crossfade::codec::testing {

/// Items of every DynamoDB type, as a writer may send them: numbers in any spelling, sets in any
/// order, maps nested, names of every kind.
class RandomItem {
 public:
  RandomItem(std::uint64_t seed, std::size_t size) : dice_(seed), left_(size) {}

  /// With the hash key `pk` (S) and, if asked for, the sort key `sk` (N).
  nlohmann::json item(bool sort_key);
  /// The same item in another spelling and order.
  nlohmann::json respelled(const nlohmann::json& value);

 private:
  nlohmann::json value(int depth);
  nlohmann::json set();
  std::string number();
  std::string spelled(const std::string& digits, std::int64_t exponent, bool negative);
  std::string base64(const std::string& bytes);

  Dice dice_;
  std::size_t left_;
};

/// An attribute value (or a whole item) by value: numbers in one spelling, sets in order. Written
/// without the product's number and codec.
nlohmann::json normal_value(const nlohmann::json& value);
nlohmann::json normal_item(const nlohmann::json& item);

}  // namespace crossfade::codec::testing
