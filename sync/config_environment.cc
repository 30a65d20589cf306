#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "sync/config_value.h"

namespace crossfade::sync {
namespace {

bool is_name(std::string_view text) {
  const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
         std::ranges::all_of(text, good);
}

Error malformed() {
  return fail(Fault::invalid,
              "holds \"${\" without a variable's name and \"}\" after it; write \"$${\" for the "
              "characters themselves");
}

}  // namespace

Result<std::string> expand_environment(std::string_view text, const Environment& environment) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find("${");
    if (begin == std::string_view::npos) break;
    if (begin > 0 && text[begin - 1] == '$') {
      out.append(text.substr(0, begin - 1)).append("${");
      text.remove_prefix(begin + 2);
      continue;
    }
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return malformed();
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    if (!is_name(name)) return malformed();
    const auto value = environment(std::string(name));
    if (!value) {
      return fail(Fault::invalid,
                  fmt::format("needs the environment variable {}, which is not set", name));
    }
    out.append(text.substr(0, begin)).append(*value);
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

std::string escape_environment(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
    out.append(text.substr(0, at)).append("$${");
    text.remove_prefix(at + 2);
  }
  return out.append(text);
}

}  // namespace crossfade::sync
