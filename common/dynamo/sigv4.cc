#include "common/dynamo/sigv4.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>

namespace crossfade::dynamo {
namespace sigv4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDateLength = 8;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Without blanks at the ends, runs of blanks as one.
std::string trimmed(std::string_view value) {
  std::string result;
  result.reserve(value.size());
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

Headers canonical_headers(const Headers& headers) {
  Headers result;
  result.reserve(headers.size());
  for (const auto& [name, value] : headers) result.emplace_back(lower(name), trimmed(value));
  std::sort(result.begin(), result.end());
  return result;
}

std::string names_of(const Headers& canonical) {
  std::string names;
  for (const auto& [name, value] : canonical) {
    if (!names.empty()) names += ';';
    names += name;
  }
  return names;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string timestamp(std::int64_t wall_ms) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(static_cast<std::time_t>(wall_ms / 1000)));
}

std::string canonical_request(const Headers& headers, std::string_view body) {
  const Headers canonical = canonical_headers(headers);
  std::string text = "POST\n/\n\n";
  for (const auto& [name, value] : canonical) text.append(name).append(":").append(value) += '\n';
  text.append("\n").append(names_of(canonical)).append("\n").append(hex(sha256(body)));
  return text;
}

std::string signed_headers(const Headers& headers) {
  return names_of(canonical_headers(headers));
}

std::string credential_scope(std::string_view timestamp, const Scope& scope) {
  return fmt::format("{}/{}/{}/aws4_request", timestamp.substr(0, kDateLength), scope.region,
                     scope.service);
}

std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kAlgorithm, timestamp, credential_scope(timestamp, scope),
                     hex(sha256(canonical_request)));
}

Digest signing_key(std::string_view secret_key, std::string_view date, const Scope& scope) {
  const std::string start = fmt::format("AWS4{}", secret_key);
  Digest key = hmac_sha256(bytes_of(start), date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  return hmac_sha256(key, "aws4_request");
}

std::string signature(const Digest& signing_key, std::string_view string_to_sign) {
  return hex(hmac_sha256(signing_key, string_to_sign));
}

}  // namespace sigv4

void Signer::sign(Headers& headers, std::string_view body, const sigv4::Keys& keys,
                  std::string_view session_token, std::int64_t wall_ms) {
  const std::string now = sigv4::timestamp(wall_ms);
  headers.emplace_back("X-Amz-Date", now);
  if (!session_token.empty()) headers.emplace_back("X-Amz-Security-Token", session_token);
  const std::string to_sign =
      sigv4::string_to_sign(now, scope_, sigv4::canonical_request(headers, body));
  const Digest& key = key_of(keys, std::string_view(now).substr(0, sigv4::kDateLength));
  headers.emplace_back(
      "Authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", sigv4::kAlgorithm,
                  keys.access_key, sigv4::credential_scope(now, scope_),
                  sigv4::signed_headers(headers), sigv4::signature(key, to_sign)));
}

const Digest& Signer::key_of(const sigv4::Keys& keys, std::string_view date) {
  if (date != date_ || keys.secret_key != secret_key_) {
    key_ = sigv4::signing_key(keys.secret_key, date, scope_);
    date_ = date;
    secret_key_ = keys.secret_key;
  }
  return key_;
}

}  // namespace crossfade::dynamo
