#include "common/dynamo/credential_json.h"

#include <fmt/core.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace crossfade::dynamo {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error unreadable(const std::string& source) {
  return fail(Fault::credentials,
              fmt::format("What came from {} holds no AWS credentials.", source));
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  std::string_view zone(rest);
  if (zone.starts_with('.'))
    zone.remove_prefix(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
  if (zone != "Z" && zone != "+00:00" && zone != "+0000") return std::nullopt;
  return std::int64_t{::timegm(&parts)} * 1'000;
}

Result<Credentials> parse_credentials(std::string_view text, std::string source) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return unreadable(source);
  Credentials found;
  found.access_key = text_of(document, "AccessKeyId");
  found.secret_key = text_of(document, "SecretAccessKey");
  found.session_token = text_of(document, "Token");
  if (found.session_token.empty()) found.session_token = text_of(document, "SessionToken");
  if (found.access_key.empty() || found.secret_key.empty()) return unreadable(source);
  if (document.contains("Expiration") && !document["Expiration"].is_null()) {
    found.expires_ms = parse_iso_time(text_of(document, "Expiration"));
    if (!found.expires_ms) return unreadable(source);
  }
  found.source = std::move(source);
  return found;
}

}  // namespace crossfade::dynamo
