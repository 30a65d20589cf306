#include "common/codec/path.h"

#include <charconv>

namespace crossfade::codec {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

void append_name(std::string& out, std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c != '%' && c != '.' && c != '[' && c != '\0' && !(c == '$' && i == 0)) {
      out += c;
      continue;
    }
    out += '%';
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      name += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const std::size_t high = kHex.find(text[i + 1]);
    const std::size_t low = kHex.find(text[i + 2]);
    if (high == kHex.npos || low == kHex.npos) return std::nullopt;
    name += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return name;
}

/// `[3]` or `[]` at the front of `text`.
std::optional<PathStep> take_index(std::string_view& text) {
  const std::size_t end = text.find(']');
  if (end == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(1, end - 1);
  PathStep step{digits.empty() ? PathStep::Kind::every : PathStep::Kind::index, {}, 0};
  const auto [rest, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), step.index);
  if (!digits.empty() && (error != std::errc{} || rest != digits.data() + digits.size()))
    return std::nullopt;
  text.remove_prefix(end + 1);
  return step;
}

}  // namespace

std::string Path::text() const {
  std::string out;
  for (const Step& step : steps_) {
    if (step.index != kName) {
      out += '[' + std::to_string(step.index) + ']';
      continue;
    }
    if (!out.empty()) out += '.';
    append_name(out, step.name);
  }
  return out;
}

std::optional<std::vector<PathStep>> parse_path(std::string_view text) {
  std::vector<PathStep> steps;
  for (;;) {
    auto name = decode_name(text.substr(0, text.find_first_of(".[")));
    if (!name || name->empty()) return std::nullopt;
    text.remove_prefix(std::min(text.find_first_of(".["), text.size()));
    steps.push_back({PathStep::Kind::name, *std::move(name), 0});
    while (text.starts_with('[')) {
      auto step = take_index(text);
      if (!step) return std::nullopt;
      steps.push_back(*std::move(step));
    }
    if (text.empty()) return steps;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
}

}  // namespace crossfade::codec
