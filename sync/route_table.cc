#include "sync/route_table.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "common/codec/json_text.h"

namespace crossfade::sync {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

std::string found_in(const Names& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? std::string() : found->second;
}

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    parts.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return parts;
}

bool is_name(std::string_view part) {
  return part.starts_with('{') && part.ends_with('}');
}

/// The values of the pattern's names, if the path has its form.
std::optional<Names> fitted(std::string_view pattern, const std::vector<std::string>& path) {
  const std::vector<std::string_view> parts = split(pattern);
  if (parts.size() != path.size()) return std::nullopt;
  Names names;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (is_name(parts[at]) && !path[at].empty()) {
      names.emplace(parts[at].substr(1, parts[at].size() - 2), path[at]);
    } else if (parts[at] != path[at]) {
      return std::nullopt;
    }
  }
  return names;
}

/// No program and no person writes such a name; in a log or an audit entry it would be a riddle.
bool is_text(std::string_view decoded) {
  const auto plain = [](unsigned char c) { return c >= 0x20 && c != 0x7f; };
  std::string quoted;
  return std::ranges::all_of(decoded, plain) && codec::append_json_text(quoted, decoded);
}

std::vector<std::string> segments_of(const boost::urls::url_view& url) {
  std::vector<std::string> segments;
  for (const auto segment : url.segments()) segments.push_back(segment);
  return segments;
}

Names query_of(const boost::urls::url_view& url) {
  Names query;
  for (const auto parameter : url.params()) query.emplace(parameter.key, parameter.value);
  return query;
}

bool all_text(const std::vector<std::string>& path, const Names& query) {
  const auto both = [](const auto& name) { return is_text(name.first) && is_text(name.second); };
  return std::ranges::all_of(path, is_text) && std::ranges::all_of(query, both);
}

AdminReply wrong_method(const std::string& allow) {
  AdminReply reply = problem(405, "This path only answers " + allow + ".");
  reply.headers.emplace_back("Allow", allow);
  return reply;
}

}  // namespace

std::string RouteCall::in_path(std::string_view name) const {
  return found_in(path, name);
}

std::string RouteCall::in_query(std::string_view name) const {
  return found_in(query, name);
}

std::optional<std::int64_t> RouteCall::number(std::string_view name, std::int64_t otherwise,
                                              std::int64_t most) const {
  const std::string text = in_query(name);
  if (text.empty()) return otherwise;
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = fault == std::errc{} && end == text.data() + text.size();
  return good && value >= 0 && value <= most ? std::optional(value) : std::nullopt;
}

RouteTable::Match RouteTable::find(AdminRequest request) const {
  Match match;
  const auto parsed = boost::urls::parse_origin_form(request.target);
  if (!parsed) {
    match.refusal = problem(400, "The path cannot be read.");
    return match;
  }
  const std::vector<std::string> path = segments_of(*parsed);
  Names query = query_of(*parsed);
  if (!all_text(path, query)) {
    match.refusal = problem(400, "The path must be UTF-8 without control characters.");
    return match;
  }
  std::string allow;
  for (const Route& route : routes_) {
    auto names = fitted(route.pattern, path);
    if (!names) continue;
    if (route.method == request.method) {
      match.call.query = std::move(query);
      match.call.path = std::move(*names);
      match.call.request = std::move(request);
      match.route = &route;
      return match;
    }
    allow.append(allow.empty() ? "" : ", ").append(route.method);
  }
  match.refusal =
      allow.empty() ? problem(404, "There is nothing at this path.") : wrong_method(allow);
  return match;
}

const Route* RouteTable::route_of(const std::string& method, const std::string& target) const {
  AdminRequest head;
  head.method = method;
  head.target = target;
  return find(std::move(head)).route;
}

}  // namespace crossfade::sync
