#pragma once

#include <bson/bson.h>

#include <set>
#include <string>

#include "tests/unit/codec/dice.h"

namespace crossfade::codec::testing {

/// Documents of every BSON type, written by libbson, their fields in the order in which the mapping
/// writes them.
class RandomDocument {
 public:
  RandomDocument(std::uint64_t seed, std::size_t size) : dice_(seed), left_(size) {}

  /// With `_id` (derived or not) and the key fields `pk` (string) and, if asked for, `sk` (number).
  std::string document(bool sort_key);

 private:
  void ids(bson_t* to, bool sort_key);
  void fields(bson_t* to, const std::set<std::string>& taken, int depth);
  void value(bson_t* to, const std::string& name, int depth);
  void scalar(bson_t* to, const std::string& name);
  void number(bson_t* to, const std::string& name);
  void text_like(bson_t* to, const std::string& name);
  void marker(bson_t* to, const std::string& name);
  void container(bson_t* to, const std::string& name, int depth);
  double real();
  bson_decimal128_t decimal();
  void sets(bson_t* to, bson_t* hints);

  Dice dice_;
  std::size_t left_;
};

}  // namespace crossfade::codec::testing
