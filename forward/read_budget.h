#pragma once

#include <algorithm>

#include "common/base/clock.h"

namespace crossfade::forward {

/// Read capacity units a second, paid after each page by what it really cost. Pure; 0 means no
/// limit.
class ReadBudget {
 public:
  explicit ReadBudget(double units_per_second) : rate_(units_per_second) {}

  void paid(double units, std::int64_t steady_ms) {
    if (rate_ <= 0) return;
    free_at_ms_ = std::max(free_at_ms_, static_cast<double>(steady_ms)) + units / rate_ * 1'000;
  }
  /// How long to wait before the next page.
  Milliseconds wait(std::int64_t steady_ms) const {
    return Milliseconds(
        std::max<std::int64_t>(0, static_cast<std::int64_t>(free_at_ms_) - steady_ms));
  }

 private:
  double rate_;
  double free_at_ms_ = 0;
};

}  // namespace crossfade::forward
