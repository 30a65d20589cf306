#include "common/dynamo/http_message.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <charconv>

namespace crossfade::dynamo {
namespace {

std::string default_port(bool tls) {
  return tls ? "443" : "80";
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' ? byte != 0x7F : byte == '\t';
  });
}

bool is_host(std::string_view name) {
  constexpr std::string_view kHost = "host";
  return std::equal(name.begin(), name.end(), kHost.begin(), kHost.end(),
                    [](char a, char b) { return (static_cast<unsigned char>(a) | 0x20U) == b; });
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), port);
  return bad == std::errc() && end == text.data() + text.size() && port != 0;
}

Error bad_endpoint(std::string_view url) {
  return fail(Fault::invalid,
              fmt::format("\"{}\" is no endpoint; write it like http://127.0.0.1:8000 or "
                          "https://dynamodb.eu-central-1.amazonaws.com.",
                          url));
}

}  // namespace

std::string host_header(const HttpTarget& target) {
  const std::string host = bracketed(target.host);
  return target.port == default_port(target.tls) ? host : fmt::format("{}:{}", host, target.port);
}

std::string to_url(const HttpTarget& target) {
  return fmt::format("{}://{}", target.tls ? "https" : "http", host_header(target));
}

Result<std::string> request_head(const HttpTarget& target, const HttpRequest& request) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.path);
  bool has_host = false;
  for (const auto& [name, value] : request.headers) {
    if (!printable(name) || !printable(value)) {
      return fail(Fault::invalid,
                  fmt::format("The value of the header {} holds control characters.", name));
    }
    has_host = has_host || is_host(name);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!has_host) head.append("Host: ").append(host_header(target)).append("\r\n");
  if (!request.body.empty() || request.method != "GET") {
    head.append(fmt::format("Content-Length: {}\r\n", request.body.size()));
  }
  head.append("\r\n");
  return head;
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Result<Url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_absolute_uri(text);
  if (!parsed) return bad_endpoint(text);
  Url url;
  url.target.tls = parsed->scheme_id() == boost::urls::scheme::https;
  url.target.host = parsed->host_address();
  url.target.port = parsed->has_port() ? std::string(parsed->port()) : default_port(url.target.tls);
  url.path = std::string(parsed->encoded_path()) + (parsed->has_query() ? "?" : "");
  url.path += parsed->encoded_query();
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  const bool known = url.target.tls || parsed->scheme_id() == boost::urls::scheme::http;
  if (!known || !is_port(url.target.port) || parsed->has_userinfo() || url.target.host.empty()) {
    return bad_endpoint(text);
  }
  return url;
}

Result<HttpTarget> parse_endpoint(std::string_view text) {
  TRY(Url url, parse_url(text));
  if (url.path != "/") return bad_endpoint(text);
  return std::move(url.target);
}

}  // namespace crossfade::dynamo
