#include "sync/groups_requests.h"

#include <fmt/core.h>

#include <algorithm>

#include "sync/config_units.h"
#include "sync/request_body.h"

namespace crossfade::sync {
namespace {

using rollout::Verb;

constexpr std::size_t kNameBytes = 200;
constexpr std::size_t kReasonBytes = 1'000;
constexpr std::size_t kSubjectBytes = 2'048;  ///< as long as a key of DynamoDB may be
constexpr std::size_t kKeyBytes = 8'192;
constexpr std::size_t kDifferenceBytes = 4'000;
constexpr std::size_t kListed = 10;

bool moves_subjects(Verb verb) {
  return verb == Verb::ramp || verb == Verb::rollback || verb == Verb::rollback_unplanned;
}

void read_subjects(RequestBody& body, rollout::MoveRequest& request) {
  body.percentage("percent", request.percent);
  body.texts("allow", request.allow, kSubjectBytes);
  body.texts("deny", request.deny, kSubjectBytes);
  body.texts("unlist", request.unlist, kSubjectBytes);
}

bool changes_nothing(const rollout::MoveRequest& request) {
  return !request.percent && request.allow.empty() && request.deny.empty() &&
         request.unlist.empty();
}

/// A subject that the request wants at two places; empty when there is none.
std::string contradiction(const rollout::MoveRequest& request) {
  std::vector<std::string> all;
  for (const auto* list : {&request.allow, &request.deny, &request.unlist}) {
    std::vector<std::string> once = *list;
    std::ranges::sort(once);
    const auto doubles = std::ranges::unique(once);
    all.insert(all.end(), once.begin(), doubles.begin());
  }
  std::ranges::sort(all);
  const auto twice = std::ranges::adjacent_find(all);
  return twice == all.end() ? std::string() : *twice;
}

void append_list(std::string& line, const char* option, const std::vector<std::string>& list) {
  for (std::size_t at = 0; at < std::min(list.size(), kListed); ++at) {
    line.append(fmt::format(" --{} {}", option, list[at]));
  }
  if (list.size() > kListed) {
    line.append(fmt::format(" --{} (and {} more)", option, list.size() - kListed));
  }
}

rollout::ShadowRead read_shadow_read(RequestBody& body) {
  rollout::ShadowRead read;
  body.required_text("link", read.link, kNameBytes);
  body.text("subject", read.subject, kSubjectBytes);
  body.required_text("key", read.key, kKeyBytes);
  if (!body.has("equal")) body.refuse("\"equal\" is missing.");
  body.flag("equal", read.equal);
  body.text("difference", read.difference, kDifferenceBytes);
  return read;
}

}  // namespace

Result<rollout::MoveRequest> move_request(Verb verb, const std::string& text) {
  rollout::MoveRequest request;
  RequestBody body(text);
  std::size_t verify = 0;
  bool unplanned = false;
  if (moves_subjects(verb)) read_subjects(body, request);
  if (verb == Verb::rollback) body.flag("unplanned", unplanned);
  body.flag("dry_run", request.dry_run);
  body.texts("override", request.overrides, kNameBytes);
  body.word("verify", verify, {"recent", "cohort"});
  body.whole("budget_ms", request.budget_ms, 100, 3'600'000);
  body.text("who", request.who, kNameBytes);
  body.text("reason", request.reason, kReasonBytes);
  if (request.reason.empty() && !request.dry_run) body.refuse("\"reason\" is missing.");
  request.verb = unplanned ? Verb::rollback_unplanned : verb;
  request.verify = verify == 0 ? rollout::VerifyScope::recent : rollout::VerifyScope::cohort;
  if (verb == Verb::ramp && changes_nothing(request)) {
    body.refuse("Say what should change: percent, allow, deny or unlist.");
  }
  const std::string twice = contradiction(request);
  if (!twice.empty()) {
    body.refuse("The subject \"" + twice + "\" stands in more than one of allow, deny and unlist.");
  }
  TRY_VOID(body.end());
  return request;
}

std::string to_line(const rollout::MoveRequest& request) {
  std::string line(rollout::to_string(request.verb));
  if (request.percent) line.append(fmt::format(" --to {:g}", *request.percent));
  append_list(line, "allow", request.allow);
  append_list(line, "deny", request.deny);
  append_list(line, "unlist", request.unlist);
  if (request.verify == rollout::VerifyScope::cohort) line.append(" --verify cohort");
  const Milliseconds budget(request.budget_ms);
  if (moves_subjects(request.verb)) line.append(" --budget " + format_duration(budget));
  append_list(line, "override", request.overrides);
  return line;
}

Result<rollout::LeaseRequest> lease_request(const std::string& client, const std::string& text) {
  rollout::LeaseRequest request;
  request.client.id = client;
  RequestBody body(text);
  std::size_t mode = 0;
  std::int64_t wait_ms = 0;
  body.word("mode", mode, {"refuse", "continue"});
  body.whole("lease_ms", request.client.lease_ms, 1'000, 60'000);
  body.whole("acknowledged", request.client.acknowledged, 0, INT64_MAX);
  body.whole("known", request.known, 0, INT64_MAX);
  body.whole("wait_ms", wait_ms, 0, 60'000);
  request.client.continues = mode == 1;
  request.wait = Milliseconds(wait_ms);
  TRY_VOID(body.end());
  return request;
}

Result<std::vector<rollout::ShadowRead>> shadow_reads(const std::string& text) {
  std::vector<rollout::ShadowRead> reads;
  RequestBody body(text);
  if (!body.has("reads")) {
    reads.push_back(read_shadow_read(body));
    TRY_VOID(body.end());
    return reads;
  }
  std::vector<std::string> elements;
  body.objects("reads", elements, kShadowReads);
  TRY_VOID(body.end());
  for (const std::string& element : elements) {
    RequestBody one(element);
    reads.push_back(read_shadow_read(one));
    TRY_VOID(one.end());
  }
  return reads;
}

Result<Statement> statement(const std::string& text) {
  Statement out;
  RequestBody body(text);
  body.text("who", out.who, kNameBytes);
  body.text("reason", out.reason, kReasonBytes);
  body.flag("dry_run", out.dry_run);
  TRY_VOID(body.end());
  return out;
}

Result<Resolution> resolution(const std::string& id, const std::string& text) {
  Resolution out;
  out.id = id;
  RequestBody body(text);
  std::size_t take = 0;
  if (!body.has("take")) body.refuse("\"take\" is missing: dynamodb or mongodb.");
  body.word("take", take, {"dynamodb", "mongodb"});
  body.text("who", out.who, kNameBytes);
  body.text("reason", out.reason, kReasonBytes);
  body.flag("dry_run", out.dry_run);
  if (out.reason.empty() && !out.dry_run) body.refuse("\"reason\" is missing.");
  TRY_VOID(body.end());
  out.take = take == 0 ? Side::dynamodb : Side::mongodb;
  return out;
}

}  // namespace crossfade::sync
