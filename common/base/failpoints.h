#pragma once

#include <csignal>
#include <set>
#include <string>
#include <string_view>

namespace crossfade {

/// Named places where a crash would hurt most; a test arms some of them by the environment variable
/// CROSSFADE_FAILPOINTS (names with commas between), and the process kills itself there as SIGKILL
/// would. Unarmed it costs one look at an empty set. Immutable, thread-safe.
class Failpoints {
 public:
  explicit Failpoints(std::string_view names) {
    while (!names.empty()) {
      const std::size_t comma = names.find(',');
      armed_.emplace(names.substr(0, comma));
      names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    }
  }

  void hit(std::string_view name) const {
    if (!armed_.empty() && armed_.contains(name)) std::raise(SIGKILL);
  }

 private:
  std::set<std::string, std::less<>> armed_;
};

}  // namespace crossfade
