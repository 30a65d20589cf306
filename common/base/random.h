#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace crossfade {

/// Chance, handed in: jitter and identifiers. Not thread-safe: one owner, one thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// Seeded from the operating system.
  static Random from_system();

  /// Uniform in [0, 1).
  double uniform() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine_); }
  std::uint64_t bits() { return engine_(); }
  /// 32 hexadecimal digits.
  std::string id();

 private:
  std::mt19937_64 engine_;
};

}  // namespace crossfade
