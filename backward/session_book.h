#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/state/writers.h"

namespace crossfade::backward {

/// Which session ids are ours. An unknown id is looked up with a majority read before it is called
/// genuine; both answers hold for ever, because a session is registered before its first
/// transaction and ids are never shared with another process. Bounded: forgets genuine ones when
/// there are too many.
class SessionBook {
 public:
  explicit SessionBook(std::string state_database) : writers_(std::move(state_database)) {}

  bool knows(std::string_view id) const { return ours_.contains(id) || genuine_.contains(id); }
  bool is_ours(std::string_view id) const { return ours_.contains(id); }
  /// Blocking; inside offload() only.
  Result<void> look_up(mongo::Client& client, const std::vector<std::string>& ids);

 private:
  static constexpr std::size_t kMostGenuine = 100'000;

  state::Writers writers_;
  std::set<std::string, std::less<>> ours_;
  std::set<std::string, std::less<>> genuine_;
};

}  // namespace crossfade::backward
