#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "sync/status.h"

namespace crossfade::sync {

/// An earlier look at the same links, for rates.
struct EarlierStatus {
  std::vector<LinkStatus> links;
  Milliseconds ago{0};
};

/// The links as a person reads them: phase and reason, a bar for the load, one line a direction.
/// Plain text without colours; ends with a line break.
std::string to_text(const std::vector<LinkStatus>& links,
                    const std::optional<EarlierStatus>& earlier = std::nullopt);

/// 1234567 as 1,234,567
std::string with_commas(std::int64_t number);
/// 85 as 85 ms, 1234 as 1.2 s, 125000 as 2 min 5 s
std::string as_duration(double milliseconds);
/// 1536 as 1.5 KiB
std::string as_bytes(std::int64_t bytes);

}  // namespace crossfade::sync
