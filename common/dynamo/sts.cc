#include "common/dynamo/sts.h"

#include <fmt/core.h>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "common/dynamo/credential_json.h"
#include "common/dynamo/http_message.h"
#include "common/dynamo/settings.h"
#include "common/dynamo/sigv4.h"

namespace crossfade::dynamo {
namespace {

constexpr int kOk = 200;

void append_field(std::string& form, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!form.empty()) form += '&';
  form.append(name).append("=").append(boost::urls::encode(value, boost::urls::unreserved_chars));
}

/// The text between <name> and </name>; empty when there is none.
std::string element(std::string_view xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const auto begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  const auto end = xml.find(fmt::format("</{}>", name), begin);
  if (end == std::string_view::npos) return {};
  return std::string(xml.substr(begin + open.size(), end - begin - open.size()));
}

}  // namespace

Result<Credentials> parse_sts_answer(const HttpResponse& response, const std::string& role_arn) {
  if (response.status != kOk) {
    return fail(Fault::credentials,
                fmt::format("AWS STS does not give the role {} (HTTP {}, {}: {}).", role_arn,
                            response.status, element(response.body, "Code"),
                            element(response.body, "Message")));
  }
  Credentials found;
  found.access_key = element(response.body, "AccessKeyId");
  found.secret_key = element(response.body, "SecretAccessKey");
  found.session_token = element(response.body, "SessionToken");
  found.expires_ms = parse_iso_time(element(response.body, "Expiration"));
  found.source = "role " + role_arn;
  if (found.access_key.empty() || found.secret_key.empty() || !found.expires_ms) {
    return fail(Fault::credentials,
                fmt::format("The answer of AWS STS for the role {} cannot be read.", role_arn));
  }
  return found;
}

Task<Result<Credentials>> Sts::assume_role(const Role& role, const Credentials& source) {
  HttpRequest request;
  request.body = form("AssumeRole", role);
  append_field(request.body, "ExternalId", role.external_id);
  return ask(std::move(request), role, &source);
}

Task<Result<Credentials>> Sts::assume_role_with_token(const Role& role, const std::string& token) {
  HttpRequest request;
  request.body = form("AssumeRoleWithWebIdentity", role);
  append_field(request.body, "WebIdentityToken", token);
  return ask(std::move(request), role, nullptr);
}

Result<HttpTarget> Sts::target() const {
  for (const char* variable : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
    const std::string url = environment_.variable(variable);
    if (!url.empty()) return parse_endpoint(url);
  }
  return HttpTarget{true, fmt::format("sts.{}.{}", region_, dns_suffix(region_)), "443"};
}

std::string Sts::form(std::string_view action, const Role& role) {
  std::string form;
  append_field(form, "Action", action);
  append_field(form, "Version", "2011-06-15");
  append_field(form, "RoleArn", role.arn);
  append_field(form, "RoleSessionName",
               role.session_name.empty() ? "crossfade-" + parts_.random.id().substr(0, 16)
                                         : role.session_name);
  append_field(form, "DurationSeconds", role.duration_seconds);
  return form;
}

Task<Result<Credentials>> Sts::ask(HttpRequest request, const Role& role,
                                   const Credentials* signer) {
  const std::string arn = role.arn;
  CO_TRY(const HttpTarget where, target());
  request.headers.emplace_back("Host", host_header(where));
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  if (signer != nullptr) {
    const sigv4::Keys keys{signer->access_key, signer->secret_key};
    Signer({region_, "sts"})
        .sign(request.headers, request.body, keys, signer->session_token, parts_.clock.wall_ms());
  }
  CO_TRY(const HttpResponse response, co_await http_->ask(where, request));
  co_return parse_sts_answer(response, arn);
}

}  // namespace crossfade::dynamo
