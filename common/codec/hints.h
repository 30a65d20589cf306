#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/path.h"

namespace crossfade::codec {

/// What is known about one value beyond what it shows: its type on the other side, or that its
/// name stands there as it is.
struct HintNode {
  std::string type;  ///< "SS", "double", "decimal:1.50"; empty: nothing
  bool raw_name = false;
  std::map<std::string, std::unique_ptr<HintNode>, std::less<>> names;
  std::map<std::size_t, std::unique_ptr<HintNode>> items;
  std::unique_ptr<HintNode> every;

  const HintNode* at(std::string_view name) const;
  const HintNode* at(std::size_t index) const;
};

/// Hints by path, to be walked beside the value.
class HintTree {
 public:
  /// A path that does not parse is left out: a hint is never more than a hint.
  void add(std::string_view path, std::string_view type);
  void add_raw_name(std::string_view path);
  void clear() { root_.reset(); }
  /// Null when there are no hints.
  const HintNode* root() const { return root_.get(); }

 private:
  HintNode* make(std::string_view path);
  std::unique_ptr<HintNode> root_;
};

/// A place in the hints that came with the data and in those declared for the link.
struct Hints {
  const HintNode* own = nullptr;
  const HintNode* declared = nullptr;

  template <class Step>
  Hints at(Step step) const {
    return {own ? own->at(step) : nullptr, declared ? declared->at(step) : nullptr};
  }
  std::string_view own_type() const { return own ? std::string_view(own->type) : ""; }
  std::string_view declared_type() const {
    return declared ? std::string_view(declared->type) : "";
  }
  /// What came with the data wins.
  std::string_view type() const { return own_type().empty() ? declared_type() : own_type(); }
  bool raw_name() const { return own && own->raw_name; }
};

/// Collects the hints that a value needs while it is written.
class HintList {
 public:
  struct Hint {
    std::string_view path;
    std::string_view type;  ///< empty: the name stands as it is
  };

  void add(const Path& path, std::string_view type) { add(path.text(), type); }
  void add(const std::string& path, std::string_view type);
  void add_raw_name(const Path& path) { add(path.text(), {}); }
  bool empty() const { return entries_.empty(); }
  std::size_t mark() const { return entries_.size(); }
  /// Where all `count` elements of the array at `path` got the same hints since `mark`, `[0]`,
  /// `[1]`... become one `[]`.
  void collapse(std::size_t mark, const Path& path, std::size_t count);
  /// In order of paths. Valid until the next change.
  const std::vector<Hint>& sorted();
  void clear();

 private:
  struct Entry {
    std::uint32_t begin;
    std::uint32_t path_size;
    std::uint32_t type_size;
  };
  Hint at(const Entry& entry) const;
  bool less(const Entry& a, const Entry& b) const;
  bool uniform(std::size_t mark, const std::string& array, std::size_t count);

  std::string text_;
  std::vector<Entry> entries_;
  std::vector<Hint> view_;
};

}  // namespace crossfade::codec
