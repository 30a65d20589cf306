#include "common/codec/slices.h"

#include <algorithm>

namespace crossfade::codec {
namespace {

using Field = Slices::Field;

std::string_view name_of(const std::string& bytes, const Field& field) {
  return {bytes.data() + field.begin + 1, field.name_size};
}

int reference_rank(std::string_view name) {
  if (!name.starts_with('$')) return 3;
  if (name == "$ref") return 0;
  if (name == "$id") return 1;
  return name == "$db" ? 2 : 3;
}

int order(const std::string& bytes, const Field& a, const Field& b) {
  if (a.rank != b.rank) return a.rank < b.rank ? -1 : 1;
  const std::string_view left = name_of(bytes, a);
  const std::string_view right = name_of(bytes, b);
  const int left_rank = reference_rank(left);
  const int right_rank = reference_rank(right);
  return left_rank != right_rank ? left_rank - right_rank : left.compare(right);
}

}  // namespace

bool Slices::sort(const std::string& bytes, std::size_t mark) {
  const auto begin = fields_.begin() + static_cast<std::ptrdiff_t>(mark);
  const auto less = [&](const Field& a, const Field& b) { return order(bytes, a, b) < 0; };
  const auto not_less = [&](const Field& a, const Field& b) { return order(bytes, a, b) >= 0; };
  if (std::adjacent_find(begin, fields_.end(), not_less) == fields_.end()) return true;
  std::sort(begin, fields_.end(), less);
  return std::adjacent_find(begin, fields_.end(), not_less) == fields_.end();
}

bool Slices::settle(std::string& bytes, std::size_t begin, std::size_t mark) {
  if (!sort(bytes, mark)) return false;
  std::size_t at = begin;
  bool in_place = true;
  for (std::size_t i = mark; i < fields_.size(); ++i) {
    in_place = in_place && fields_[i].begin == at;
    at = fields_[i].end;
  }
  if (!in_place) {
    moved_.clear();
    for (std::size_t i = mark; i < fields_.size(); ++i)
      moved_.append(bytes, fields_[i].begin, fields_[i].end - fields_[i].begin);
    bytes.replace(begin, moved_.size(), moved_);
  }
  drop(mark);
  return true;
}

}  // namespace crossfade::codec
