#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crossfade::codec {

/// Where a value stands inside an item, written with attribute names: `lines[0].tags`, and
/// `lines[].tags` for every element. Inside a name `%`, `.`, `[`, NUL and a leading `$` are
/// percent-encoded, so a path reads in one way only and may itself be a field name.
class Path {
 public:
  void enter(std::string_view name) { steps_.push_back({name, kName}); }
  void enter(std::size_t index) { steps_.push_back({{}, index}); }
  void leave() { steps_.pop_back(); }
  void clear() { steps_.clear(); }
  /// Containers around the value, the item itself included.
  std::size_t depth() const { return steps_.size(); }
  std::string text() const;

 private:
  static constexpr std::size_t kName = static_cast<std::size_t>(-1);
  struct Step {
    std::string_view name;
    std::size_t index;
  };
  std::vector<Step> steps_;
};

/// One step of a path that was read from text.
struct PathStep {
  enum class Kind { name, index, every } kind = Kind::name;
  std::string name;
  std::size_t index = 0;
};

/// Nothing when the text is no path.
std::optional<std::vector<PathStep>> parse_path(std::string_view text);

}  // namespace crossfade::codec
