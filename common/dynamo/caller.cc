#include "common/dynamo/caller.h"

#include <fmt/core.h>

#include "common/dynamo/http_message.h"
#include "common/dynamo/payload.h"

namespace crossfade::dynamo {
namespace {

constexpr int kOk = 200;
constexpr std::size_t kMaxBodyBytes = 32U << 20;
constexpr unsigned kWorthAWarning = 6;

HttpOptions http_options(const ClientOptions& options) {
  HttpOptions http;
  http.max_connections = options.max_connections;
  http.connect_timeout = options.connect_timeout;
  http.max_body_bytes = kMaxBodyBytes;
  http.ca_file = options.ca_file;
  return http;
}

RetryPolicy retry_policy(const ClientOptions& options) {
  RetryPolicy policy;
  policy.max_attempts = options.max_attempts;
  policy.patience = options.patience;
  return policy;
}

Error stopped(const Error& last) {
  return fail(Fault::stopped, "Stopped while waiting to try again. " + last.message);
}

}  // namespace

Caller::Caller(const ClientOptions& options, const Settings& settings, CredentialChain chain,
               const Parts& parts)
    : parts_(parts),
      policy_(retry_policy(options)),
      attempt_timeout_(options.attempt_timeout),
      offer_gzip_(options.gzip),
      http_(http_options(options), parts.executor),
      tables_(make_lane(settings, settings.tables, "DynamoDB_20120810.")),
      streams_(make_lane(settings, settings.streams, "DynamoDBStreams_20120810.")),
      credentials_(std::move(chain), parts.executor, parts.clock, parts.log),
      stop_(parts.executor) {}

Caller::Lane Caller::make_lane(const Settings& settings, const HttpTarget& target,
                               std::string_view prefix) {
  return Lane{.target = target,
              .host = host_header(target),
              .place = fmt::format("{} at {}", settings.region, to_url(target)),
              .target_prefix = std::string(prefix),
              .signer = Signer({settings.region, "dynamodb"}),
              .skew = {}};
}

Task<CallOutcome> Caller::call(const Call& call) {
  Lane& lane = call.service == Service::tables ? tables_ : streams_;
  Retry retry(policy_, budget_, parts_.random);
  for (;;) {
    Attempt done = co_await attempt(call, lane);
    count(call, done, retry);
    if (done.body) {
      retry.succeeded();
      CallOutcome outcome{std::move(*done.body), retry.outcome_unknown()};
      co_return outcome;
    }
    bool again = false;
    if (!done.withheld) {
      const Retry::Decision decision = retry.after(done.refusal, parts_.clock.steady_ms());
      again = co_await prepare(decision, done, lane);
    }
    if (again && !stop_.requested()) continue;
    Error error = again ? stopped(done.refusal.error) : std::move(done.refusal.error);
    error.outcome_unknown = retry.outcome_unknown();
    CallOutcome outcome{std::move(error), retry.outcome_unknown()};
    co_return outcome;
  }
}

Task<Caller::Attempt> Caller::attempt(const Call& call, Lane& lane) {
  Attempt attempt;
  auto credentials = co_await credentials_.get();
  if (!credentials) {
    attempt.refusal.error = credentials.error();
    co_return attempt;
  }
  attempt.used = std::move(*credentials);
  attempt.offset_ms = lane.skew.offset_ms();
  HttpRequest request = signed_request(call, lane, *attempt.used);
  request.may_send = watched(call, attempt);
  auto response = co_await http_.send(lane.target, request, attempt_timeout_, !call.write);
  if (response) {
    read_answer(call, lane, *response, attempt);
  } else {
    attempt.refusal.error = response.error();
    if (attempt.refusal.error.fault == Fault::unavailable && !attempt.withheld) {
      attempt.refusal.error.message +=
          " Check that DynamoDB is there: dynamodb.endpoint, or dynamodb.region and the network.";
    }
  }
  if (!call.write) attempt.refusal.error.outcome_unknown = false;
  co_return attempt;
}

MaySend Caller::watched(const Call& call, Attempt& attempt) {
  if (!call.may_send) return {};
  return [&call, &attempt] {
    auto may = call.may_send();
    attempt.withheld = !may;
    return may;
  };
}

HttpRequest Caller::signed_request(const Call& call, Lane& lane,
                                   const Credentials& credentials) const {
  HttpRequest request;
  request.headers.reserve(8);
  request.headers.emplace_back("Host", lane.host);
  request.headers.emplace_back("Content-Type", "application/x-amz-json-1.0");
  request.headers.emplace_back("X-Amz-Target", lane.target_prefix + std::string(call.operation));
  request.body = call.body;
  const sigv4::Keys keys{credentials.access_key, credentials.secret_key};
  lane.signer.sign(request.headers, request.body, keys, credentials.session_token,
                   parts_.clock.wall_ms() + lane.skew.offset_ms());
  request.headers.emplace_back("User-Agent", "crossfade");
  if (offer_gzip_) request.headers.emplace_back("Accept-Encoding", "gzip");
  return request;
}

void Caller::read_answer(const Call& call, const Lane& lane, HttpResponse& response,
                         Attempt& attempt) {
  if (response.status != kOk) {
    const CallSubject subject{.operation = call.operation,
                              .resource = call.resource,
                              .place = lane.place,
                              .stream = call.service == Service::streams,
                              .item_write = call.item_write};
    attempt.refusal = classify(subject, response);
    return;
  }
  auto content = take_payload(response, kMaxBodyBytes);
  if (content) {
    attempt.body = std::move(*content);
    return;
  }
  attempt.refusal.error = content.error();
  attempt.refusal.error.outcome_unknown = true;
}

Task<bool> Caller::prepare(const Retry::Decision& decision, const Attempt& failed, Lane& lane) {
  switch (decision.action) {
    case Retry::Action::wait:
      co_await stop_.sleep(decision.delay);
      co_return true;
    case Retry::Action::refresh_credentials:
      if (!failed.used) co_return false;
      credentials_.refused(*failed.used);
      co_return true;
    case Retry::Action::correct_clock:
      if (!lane.skew.correct(failed.refusal.date, parts_.clock.wall_ms(), failed.offset_ms)) {
        co_return false;
      }
      parts_.log.warning("clock_skew_corrected", {{"offset_ms", lane.skew.offset_ms()}});
      statistics_.clock_offset_ms = lane.skew.offset_ms();
      co_return true;
    case Retry::Action::give_up:
      break;
  }
  co_return false;
}

void Caller::count(const Call& call, const Attempt& attempt, const Retry& retry) {
  ++statistics_.requests;
  if (retry.failures() > 0) ++statistics_.retries;
  statistics_.connections_opened = http_.connections_opened();
  if (attempt.body) return;
  const Error& error = attempt.refusal.error;
  if (error.fault == Fault::throttled) ++statistics_.throttles;
  if (retry.failures() >= kWorthAWarning) {
    parts_.log.warning("dynamodb_call_waits", {{"operation", call.operation},
                                               {"attempts", retry.failures() + 1},
                                               {"reason", error.message}});
  }
}

}  // namespace crossfade::dynamo
