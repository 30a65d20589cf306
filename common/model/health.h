#pragma once

#include <map>
#include <string>

namespace crossfade {

/// What troubles a link at the moment, by component, one sentence each; empty when all is well.
class Health {
 public:
  void trouble(const std::string& component, std::string sentence) {
    troubles_[component] = std::move(sentence);
  }
  void well(const std::string& component) { troubles_.erase(component); }
  bool good() const { return troubles_.empty(); }
  std::string first() const {
    return troubles_.empty() ? std::string() : troubles_.begin()->second;
  }

 private:
  std::map<std::string, std::string> troubles_;
};

}  // namespace crossfade
