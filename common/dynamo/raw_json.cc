#include "common/dynamo/raw_json.h"

#include <algorithm>

namespace crossfade::dynamo {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kScalarEnd = ",]} \t\r\n";

/// Walks over JSON text; a false return means that the text is broken or has ended.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }

  /// The next value, whole.
  std::optional<std::string_view> value() {
    skip_blanks();
    const std::size_t begin = place_;
    if (!skip_value()) return std::nullopt;
    return text_.substr(begin, place_ - begin);
  }

  bool at_end() {
    skip_blanks();
    return place_ == text_.size();
  }

 private:
  void skip_blanks() { place_ = std::min(text_.find_first_not_of(kBlanks, place_), text_.size()); }

  bool skip_value() {
    if (place_ >= text_.size()) return false;
    switch (text_[place_]) {
      case '"':
        return skip_text();
      case '{':
      case '[':
        return skip_nested();
      default: {
        const std::size_t begin = place_;
        place_ = std::min(text_.find_first_of(kScalarEnd, place_), text_.size());
        return place_ > begin;
      }
    }
  }

  bool skip_text() {
    for (++place_; place_ < text_.size(); ++place_) {
      if (text_[place_] == '\\') {
        ++place_;
      } else if (text_[place_] == '"') {
        ++place_;
        return true;
      }
    }
    return false;
  }

  bool skip_nested() {
    std::size_t depth = 0;
    while (place_ < text_.size()) {
      const char c = text_[place_];
      if (c == '"') {
        if (!skip_text()) return false;
        continue;
      }
      ++place_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

std::optional<std::string_view> raw_member(std::string_view object, std::string_view name) {
  Cursor cursor(object);
  if (!cursor.take('{') || cursor.take('}')) return std::nullopt;
  do {
    const auto key = cursor.value();
    if (!key || key->size() < 2 || key->front() != '"' || !cursor.take(':')) return std::nullopt;
    const auto value = cursor.value();
    if (!value) return std::nullopt;
    if (key->substr(1, key->size() - 2) == name) return value;
  } while (cursor.take(','));
  return std::nullopt;
}

std::optional<std::vector<std::string_view>> raw_elements(std::string_view array) {
  std::vector<std::string_view> elements;
  Cursor cursor(array);
  if (!cursor.take('[')) return std::nullopt;
  if (cursor.take(']')) return elements;
  do {
    const auto value = cursor.value();
    if (!value) return std::nullopt;
    elements.push_back(*value);
  } while (cursor.take(','));
  if (!cursor.take(']') || !cursor.at_end()) return std::nullopt;
  return elements;
}

std::string_view raw_text_member(std::string_view object, std::string_view name) {
  const auto value = raw_member(object, name);
  if (!value || value->size() < 2 || value->front() != '"') return {};
  return value->substr(1, value->size() - 2);
}

bool is_empty_object(std::string_view object) {
  Cursor cursor(object);
  return cursor.take('{') && cursor.take('}') && cursor.at_end();
}

}  // namespace crossfade::dynamo
