#pragma once

#include <cstddef>

#include "common/base/clock.h"

namespace crossfade::sync {

struct AdminLimits {
  std::size_t connections = 512;  ///< further ones wait in the system's queue
  std::size_t header_bytes = 8U << 10;
  std::size_t body_bytes = 64U << 10;   ///< of a request that only asks
  std::size_t change_bytes = 1U << 20;  ///< of one that changes something: lists of subjects
  Milliseconds receive{15'000};  ///< from one answer, or the connection's begin, to a whole request
  Milliseconds answer{60'000};   ///< of a route that does not wait for anything
  Milliseconds send{15'000};     ///< for one answer
};

}  // namespace crossfade::sync
