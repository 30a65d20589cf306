#include "sync/map_command.h"

#include <fmt/core.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "common/codec/document.h"
#include "sync/admin_reply.h"
#include "sync/preflight.h"

namespace crossfade::sync {
namespace {

constexpr std::size_t kLongestLine = 64U << 20;

struct Line {
  std::string text;
  bool too_long = false;
};

/// The next line without its end; false at the end of the input.
bool read_line(std::istream& in, Line& line) {
  line.text.clear();
  line.too_long = false;
  std::streambuf& bytes = *in.rdbuf();
  int next = bytes.sbumpc();
  if (next == std::char_traits<char>::eof()) return false;
  for (; next != std::char_traits<char>::eof() && next != '\n'; next = bytes.sbumpc()) {
    if (line.text.size() < kLongestLine) {
      line.text.push_back(static_cast<char>(next));
    } else {
      line.too_long = true;
    }
  }
  return true;
}

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r") == std::string::npos;
}

/// The item inside `{"Item": {...}}`; the line as it is when it is a bare item. An item that has an
/// attribute called Item is told apart by its key.
std::string unwrapped(std::string text, const std::string& hash) {
  if (text.find("\"Item\"") == std::string::npos) return text;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const bool wrapped =
      json.is_object() && json.contains("Item") && json["Item"].is_object() && !json.contains(hash);
  return wrapped ? json["Item"].dump() : text;
}

Result<std::string> to_mongodb(const codec::Mapper& mapper, std::string line) {
  const std::string item = unwrapped(std::move(line), mapper.options().key.hash.name);
  TRY(const codec::MappedDocument document, mapper.to_document(item));
  return codec::to_extended_json(document.bson, true);
}

Result<std::string> to_dynamodb(const codec::Mapper& mapper, const std::string& line) {
  std::string why;
  const auto bson = codec::from_extended_json(line, why);
  if (!bson) return fail(Fault::rejected, "this is no Extended JSON document: " + why);
  TRY(codec::MappedItem item, mapper.to_item(*bson));
  return std::move(item.json);
}

Result<std::string> map_line(const codec::Mapper& mapper, Side to, Line& line) {
  if (line.too_long) return fail(Fault::rejected, "the line is longer than 64 MiB");
  return to == Side::mongodb ? to_mongodb(mapper, std::move(line.text))
                             : to_dynamodb(mapper, line.text);
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

Result<codec::MappingOptions> map_options(const LinkConfig& link, const std::string& key) {
  const std::vector<std::string> names = key.empty() ? link.key : split_at_commas(key);
  if (names.empty()) {
    return fail(Fault::invalid,
                fmt::format("to map without a table the key must be known: give \"key: [pk, sk]\" "
                            "in the link \"{}\", or --key pk,sk",
                            link.name));
  }
  const bool two = names.size() == 2;
  if (names.size() > 2 || names.front().empty() || names.back().empty()) {
    return fail(Fault::invalid, "--key takes one or two attribute names, as in --key pk,sk");
  }
  codec::MappingOptions options = mapping_options(link, {});
  options.key.hash = {names.front(), std::nullopt};
  options.key.sort.reset();
  if (two) options.key.sort = codec::KeyAttribute{names.back(), std::nullopt};
  return options;
}

std::int64_t map_lines(const codec::Mapper& mapper, Side to, std::istream& in, std::ostream& out) {
  std::int64_t failed = 0;
  Line line;
  while (read_line(in, line)) {
    if (blank(line.text)) continue;
    const auto mapped = map_line(mapper, to, line);
    if (!mapped) ++failed;
    out << (mapped ? *mapped : fmt::format("{{\"error\":{}}}", json_text(mapped.error().message)))
        << '\n';
    if (in.rdbuf()->in_avail() <= 0) out.flush();
  }
  out.flush();
  return failed;
}

}  // namespace crossfade::sync
