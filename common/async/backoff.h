#pragma once

#include <algorithm>

#include "common/base/clock.h"
#include "common/base/random.h"

namespace crossfade {

/// Delays between attempts: full jitter, rand(0,1) * min(base * 2^(n-1), cap). Not thread-safe.
class Backoff {
 public:
  Backoff(Milliseconds base, Milliseconds cap, Random& random)
      : base_(base), cap_(cap), random_(random) {}

  Milliseconds next() {
    const double ceiling = std::min<double>(
        static_cast<double>(cap_.count()),
        static_cast<double>(base_.count()) * static_cast<double>(1U << std::min(attempts_, 20U)));
    ++attempts_;
    return Milliseconds(static_cast<std::int64_t>(random_.uniform() * ceiling));
  }
  void reset() { attempts_ = 0; }
  unsigned attempts() const { return attempts_; }

 private:
  Milliseconds base_;
  Milliseconds cap_;
  Random& random_;
  unsigned attempts_ = 0;
};

}  // namespace crossfade
