#include "sync/admin_client.h"

#include <fmt/core.h>

#include <cctype>

#include "common/async/task_group.h"
#include "common/dynamo/http.h"
#include "sync/admin_reply.h"
#include "sync/config_rules.h"
#include "sync/run_to_end.h"
#include "sync/token_file.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kLookWithin{2'000};

/// Where to reach a service that listens on `host`: one that listens everywhere listens here too.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

/// One connection for the call, one for who watches it.
dynamo::HttpOptions options_of(const AdminTlsConfig& tls) {
  dynamo::HttpOptions options;
  options.max_connections = 2;
  options.ca_file = tls.ca.empty() ? tls.certificate : tls.ca;
  options.client_certificate = tls.client_certificate;
  options.client_key = tls.client_key;
  return options;
}

bool speaks_tls(const AdminTlsConfig& tls) {
  return !tls.certificate.empty() || !tls.ca.empty();
}

dynamo::HttpRequest request_of(const AdminCall& call) {
  dynamo::HttpRequest request;
  request.method = call.method;
  request.path = call.target;
  request.body = call.body;
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (!call.idempotency_key.empty()) {
    request.headers.emplace_back("Idempotency-Key", call.idempotency_key);
  }
  return request;
}

}  // namespace

struct AdminClient::Impl {
  explicit Impl(AdminConfig given)
      : address(std::move(given)), pool(options_of(address.tls), context.get_executor()) {
    address.host = reachable(address.host);
    target.tls = speaks_tls(address.tls);
    target.host = address.host;
    target.port = std::to_string(address.port);
  }

  Task<Result<AdminAnswer>> ask(AdminCall call, Milliseconds limit);
  Task<Result<AdminAnswer>> ask_watched(AdminCall call, Milliseconds limit, AdminWatch watch);
  Task<Result<void>> look(AdminWatch watch, Stop& stop);
  Error told(const Error& error) const;

  AdminConfig address;
  dynamo::HttpTarget target;
  boost::asio::io_context context;
  dynamo::HttpPool pool;
};

AdminClient::AdminClient(AdminConfig address) : impl_(std::make_unique<Impl>(std::move(address))) {}
AdminClient::~AdminClient() = default;

Task<Result<AdminAnswer>> AdminClient::Impl::ask(AdminCall call, Milliseconds limit) {
  dynamo::HttpRequest request = request_of(call);
  if (!address.token_file.empty()) {
    CO_TRY(const std::string token, read_token(address.token_file));
    request.headers.emplace_back("Authorization", "Bearer " + token);
  }
  const bool repeatable = call.method == "GET" || !call.idempotency_key.empty();
  auto response = co_await pool.send(target, request, limit, repeatable);
  if (response) co_return AdminAnswer{response->status, std::move(response->body)};
  co_return told(response.error());
}

/// Looks until `stop`; the last look may outlast it by kLookWithin.
Task<Result<void>> AdminClient::Impl::look(AdminWatch watch, Stop& stop) {
  co_await stop.sleep(watch.first);
  while (!stop.requested()) {
    AdminCall call;
    call.target = watch.target;
    const auto answer = co_await ask(std::move(call), kLookWithin);
    if (answer && !stop.requested()) watch.seen(*answer);
    co_await stop.sleep(watch.every);
  }
  co_return Result<void>();
}

Task<Result<AdminAnswer>> AdminClient::Impl::ask_watched(AdminCall call, Milliseconds limit,
                                                         AdminWatch watch) {
  Stop stop(context.get_executor());
  TaskGroup looks(stop);
  looks.start(look(std::move(watch), looks.stop()));
  auto answer = co_await ask(std::move(call), limit);
  looks.stop().request();
  CO_TRY_VOID(co_await looks.join());
  co_return answer;
}

Error AdminClient::Impl::told(const Error& error) const {
  const std::string where = format_listen(address);
  if (error.fault == Fault::invalid) return error;
  if (error.fault != Fault::unavailable) {
    return fail(error.fault,
                fmt::format("the service at {} did not answer: {}", where, error.message));
  }
  if (target.tls) {
    return fail(error.fault,
                fmt::format("No crossfade service answers by TLS at {}: {}", where, error.message));
  }
  return fail(Fault::unavailable,
              fmt::format("No crossfade service answers at {}; start one with \"crossfade run "
                          "--config F\".",
                          where),
              error.message);
}

Result<AdminAnswer> AdminClient::send(const AdminCall& call, Milliseconds limit) {
  return run_to_end(impl_->context, impl_->ask(call, limit));
}

Result<AdminAnswer> AdminClient::send(const AdminCall& call, Milliseconds limit,
                                      const AdminWatch& watch) {
  return run_to_end(impl_->context, impl_->ask_watched(call, limit, watch));
}

Result<AdminAnswer> AdminClient::get(const std::string& target, Milliseconds limit) {
  AdminCall call;
  call.target = target;
  return send(call, limit);
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
