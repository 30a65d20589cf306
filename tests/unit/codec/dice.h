#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace crossfade::codec::testing {

/// Chance for generated items and documents. A property draws the seed and the size and shrinks
/// them; what is made of them is made here, at the speed that ten thousand cases need.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// In [0, end).
  std::size_t below(std::size_t end) { return end == 0 ? 0 : engine_() % end; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::uint64_t bits() { return engine_(); }

  std::string bytes();
  /// Unicode of all lengths, with controls, quotes and U+0000.
  std::string text();
  /// Attribute and field names, the spiteful ones included. Never empty.
  std::string name();
  std::string digits(std::size_t count);

 private:
  std::mt19937_64 engine_;
};

}  // namespace crossfade::codec::testing
