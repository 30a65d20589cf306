#include "sync/nearest_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace crossfade::sync {
namespace {

bool is_near(std::string_view word, std::string_view name) {
  return edit_distance(word, name) <=
         std::max<std::size_t>(1, std::min(word.size(), name.size()) / 3);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> above(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

std::string suggestion(std::string_view word, std::vector<std::string> names) {
  std::ranges::sort(names, {}, [word](const std::string& name) {
    return std::pair(edit_distance(word, name), std::string_view(name));
  });
  if (names.empty()) return "no key is known here";
  if (is_near(word, names[0])) return fmt::format("did you mean \"{}\"?", names[0]);
  const auto longer = std::ranges::find_if(
      names, [word](const std::string& name) { return word.size() > 2 && name.starts_with(word); });
  if (longer != names.end()) return fmt::format("did you mean \"{}\"?", *longer);
  std::string all;
  for (const std::string& name : names) {
    all.append(fmt::format("{}\"{}\"", all.empty() ? "" : ", ", name));
  }
  return "valid keys are " + all;
}

}  // namespace crossfade::sync
