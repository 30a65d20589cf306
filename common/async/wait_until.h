#pragma once

#include <functional>

#include "common/async/stop.h"

namespace crossfade {

/// Looks again whenever `moved` is notified, and at least four times a second. False when `limit`
/// or `owner` is requested before `reached` holds.
inline Task<bool> wait_until(Signal& moved, std::function<bool()> reached, Stop& limit,
                             Stop& owner) {
  while (!reached()) {
    if (limit.requested() || owner.requested()) co_return false;
    co_await moved.wait(limit, Milliseconds(250));
  }
  co_return true;
}

}  // namespace crossfade
