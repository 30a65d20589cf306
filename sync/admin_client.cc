#include "sync/admin_client.h"

#include <fmt/core.h>

#include <cctype>

#include "common/dynamo/http.h"
#include "sync/admin_reply.h"
#include "sync/config_rules.h"
#include "sync/run_to_end.h"

namespace crossfade::sync {
namespace {

/// Where to reach a service that listens on `host`: one that listens everywhere listens here too.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

dynamo::HttpOptions one_connection() {
  dynamo::HttpOptions options;
  options.max_connections = 1;
  return options;
}

}  // namespace

struct AdminClient::Impl {
  explicit Impl(AdminConfig given)
      : address(std::move(given)), pool(one_connection(), context.get_executor()) {
    address.host = reachable(address.host);
    target.host = address.host;
    target.port = std::to_string(address.port);
  }

  AdminConfig address;
  dynamo::HttpTarget target;
  boost::asio::io_context context;
  dynamo::HttpPool pool;
};

AdminClient::AdminClient(AdminConfig address) : impl_(std::make_unique<Impl>(std::move(address))) {}
AdminClient::~AdminClient() = default;

Result<AdminAnswer> AdminClient::get(const std::string& target, Milliseconds limit) {
  dynamo::HttpRequest request;
  request.method = "GET";
  request.path = target;
  auto response = run_to_end(impl_->context, impl_->pool.send(impl_->target, request, limit, true));
  const std::string address = format_listen(impl_->address);
  if (response) return AdminAnswer{response->status, std::move(response->body)};
  const Error& error = response.error();
  if (error.fault != Fault::unavailable) {
    return fail(error.fault,
                fmt::format("the service at {} did not answer: {}", address, error.message));
  }
  return fail(Fault::unavailable,
              fmt::format("No crossfade service answers at {}; start one with \"crossfade run "
                          "--config F\".",
                          address),
              error.message);
}

Result<std::string> body_of(const AdminAnswer& answer) {
  if (answer.status == 200) return answer.body;
  std::string detail = detail_of_problem(answer.body);
  if (detail.empty()) detail = fmt::format("the service answered with status {}", answer.status);
  return fail(answer.status == 404 ? Fault::not_found : Fault::invalid, std::move(detail));
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~';
    out.append(plain ? std::string(1, c) : fmt::format("%{:02X}", byte));
  }
  return out;
}

}  // namespace crossfade::sync
