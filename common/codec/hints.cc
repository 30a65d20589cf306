#include "common/codec/hints.h"

#include <algorithm>

namespace crossfade::codec {
namespace {

constexpr std::string_view kFirst = "[0]";

HintNode* child(HintNode& node, const PathStep& step) {
  auto& slot = step.kind == PathStep::Kind::name    ? node.names[step.name]
               : step.kind == PathStep::Kind::index ? node.items[step.index]
                                                    : node.every;
  if (!slot) slot = std::make_unique<HintNode>();
  return slot.get();
}

}  // namespace

const HintNode* HintNode::at(std::string_view name) const {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second.get();
}

const HintNode* HintNode::at(std::size_t index) const {
  const auto found = items.find(index);
  return found == items.end() ? every.get() : found->second.get();
}

HintNode* HintTree::make(std::string_view path) {
  const auto steps = parse_path(path);
  if (!steps) return nullptr;
  if (!root_) root_ = std::make_unique<HintNode>();
  HintNode* node = root_.get();
  for (const PathStep& step : *steps) node = child(*node, step);
  return node;
}

void HintTree::add(std::string_view path, std::string_view type) {
  if (HintNode* node = make(path)) node->type = type;
}

void HintTree::add_raw_name(std::string_view path) {
  if (HintNode* node = make(path)) node->raw_name = true;
}

void HintList::add(const std::string& path, std::string_view type) {
  entries_.push_back({static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(path.size()),
                      static_cast<std::uint32_t>(type.size())});
  text_.append(path).append(type);
}

HintList::Hint HintList::at(const Entry& entry) const {
  const std::string_view text(text_);
  return {text.substr(entry.begin, entry.path_size),
          text.substr(entry.begin + entry.path_size, entry.type_size)};
}

bool HintList::less(const Entry& a, const Entry& b) const {
  const Hint left = at(a);
  const Hint right = at(b);
  return left.path != right.path ? left.path < right.path : left.type < right.type;
}

bool HintList::uniform(std::size_t mark, const std::string& array, std::size_t count) {
  const std::size_t each = (entries_.size() - mark) / count;
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(mark);
  for (std::size_t i = 0; i < count; ++i) {
    const auto group = begin + static_cast<std::ptrdiff_t>(i * each);
    std::sort(group, group + static_cast<std::ptrdiff_t>(each),
              [this](const Entry& a, const Entry& b) { return less(a, b); });
    const std::string prefix = array + '[' + std::to_string(i) + ']';
    for (std::size_t j = 0; j < each; ++j) {
      const Hint first = at(begin[static_cast<std::ptrdiff_t>(j)]);
      const Hint here = at(group[static_cast<std::ptrdiff_t>(j)]);
      if (!here.path.starts_with(prefix) || here.type != first.type) return false;
      if (here.path.substr(prefix.size()) != first.path.substr(array.size() + kFirst.size()))
        return false;
    }
  }
  return true;
}

void HintList::collapse(std::size_t mark, const Path& path, std::size_t count) {
  const std::size_t found = entries_.size() - mark;
  if (count < 2 || found == 0 || found % count != 0) return;
  const std::string array = path.text();
  if (!uniform(mark, array, count)) return;
  std::vector<std::pair<std::string, std::string>> shared;
  for (std::size_t i = mark; i < mark + found / count; ++i) {
    const Hint hint = at(entries_[i]);
    shared.emplace_back(array + "[]" + std::string(hint.path.substr(array.size() + kFirst.size())),
                        hint.type);
  }
  entries_.resize(mark);
  for (const auto& [shared_path, type] : shared) add(shared_path, type);
}

const std::vector<HintList::Hint>& HintList::sorted() {
  std::sort(entries_.begin(), entries_.end(),
            [this](const Entry& a, const Entry& b) { return less(a, b); });
  view_.clear();
  for (const Entry& entry : entries_) view_.push_back(at(entry));
  return view_;
}

void HintList::clear() {
  text_.clear();
  entries_.clear();
  view_.clear();
}

}  // namespace crossfade::codec
