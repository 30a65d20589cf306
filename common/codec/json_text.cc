#include "common/codec/json_text.h"

#include <simdjson.h>

#include <array>
#include <cstdint>

namespace crossfade::codec {
namespace {

enum class Class : std::uint8_t { plain, escaped, wide };

constexpr std::array<Class, 256> classes() {
  std::array<Class, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = Class::escaped;
  for (std::size_t i = 0x80; i < 0x100; ++i) table[i] = Class::wide;
  table['"'] = table['\\'] = Class::escaped;
  return table;
}

constexpr auto kClasses = classes();

void append_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('\\');
  switch (c) {
    case '"':
    case '\\':
      out.push_back(c);
      return;
    case '\n':
      out.push_back('n');
      return;
    case '\t':
      out.push_back('t');
      return;
    case '\r':
      out.push_back('r');
      return;
    default:
      out.append("u00");
      out.push_back(kHex[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(kHex[static_cast<std::uint8_t>(c) & 15]);
  }
}

}  // namespace

bool append_json_text(std::string& out, std::string_view text) {
  bool wide = false;
  std::size_t done = 0;
  out.push_back('"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Class kind = kClasses[static_cast<std::uint8_t>(text[i])];
    wide = wide || kind == Class::wide;
    if (kind != Class::escaped) continue;
    out.append(text, done, i - done);
    append_escape(out, text[i]);
    done = i + 1;
  }
  out.append(text, done);
  out.push_back('"');
  return !wide || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace crossfade::codec
