#include "sync/audited_calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/hash.h"

namespace crossfade::sync {
namespace {

using control::AuditEntry;
using Json = nlohmann::json;

constexpr std::size_t kKeyBytes = 128;

/// Equal for the same request whatever the spacing and the order of members in its body.
std::string fingerprint_of(const AdminRequest& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  const std::string canonical = body.is_discarded()
                                    ? request.body
                                    : body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("{:016x}",
                     stable_hash(request.method + " " + request.target + "\n" + canonical));
}

/// The key as it may be written: bare, or as a quoted string. Empty when it is none.
std::string key_of(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  const auto plain = [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"'; };
  return text.size() <= kKeyBytes && std::ranges::all_of(text, plain) ? text : std::string();
}

AdminReply without_outcome(const char* outcome, std::string_view sentence) {
  const nlohmann::ordered_json body = {
      {"title", reason_of(409)}, {"status", 409}, {"detail", sentence}, {"outcome", outcome}};
  return {.status = 409, .content_type = "application/problem+json", .body = body.dump()};
}

AdminReply of_another_request() {
  return problem(422, "This Idempotency-Key was used for another request; take a new one.");
}

AdminReply still_running() {
  return without_outcome("running", "The call with this Idempotency-Key still runs; ask again.");
}

AdminReply end_unknown() {
  return without_outcome(
      "unknown",
      "A call with this Idempotency-Key was begun and its end is not known: the service ended "
      "while "
      "it ran, or another process runs it. Look at the state, and take a new key.");
}

/// Forgets a call that runs, however it ends.
class Running {
 public:
  Running(std::map<std::string, std::string>& all, const std::string& name,
          const std::string& fingerprint)
      : all_(all), place_(all.emplace(name, fingerprint).first) {}
  ~Running() { all_.erase(place_); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::map<std::string, std::string>& all_;
  std::map<std::string, std::string>::iterator place_;
};

Task<Changed> obtained(const AuditedCalls::Work& work) {
  Changed changed;
  try {
    co_return co_await work();
  } catch (const std::exception& exception) {
    changed.result = exception.what();
  }
  changed.reply = problem(500, changed.result);
  co_return changed;
}

}  // namespace

Task<AdminReply> AuditedCalls::perform(AdminRequest request, Change change, const Work& work) {
  const bool keyed = !request.idempotency_key.empty();
  AuditEntry entry;
  entry.id = keyed ? key_of(request.idempotency_key) : random_.id();
  if (entry.id.empty()) {
    co_return problem(400, "An Idempotency-Key has at most 128 visible characters.");
  }
  entry.group = std::move(change.group);
  entry.at_ms = clock_.wall_ms();
  entry.who = std::move(change.who);
  entry.from = request.from;
  entry.what = std::move(change.what);
  entry.reason = std::move(change.reason);
  entry.fingerprint = fingerprint_of(request);
  const std::string name = entry.group + '\n' + entry.id;
  if (const auto found = running_.find(name); found != running_.end()) {
    co_return found->second == entry.fingerprint ? still_running() : of_another_request();
  }
  const Running running(running_, name, entry.fingerprint);
  const auto begun = co_await audit_.begin(entry);
  if (begun) co_return co_await run(std::move(entry), work);
  if (begun.error().fault != Fault::duplicate_key) co_return problem(begun.error());
  co_return co_await repeated(entry);
}

Task<AdminReply> AuditedCalls::run(AuditEntry entry, const Work& work) {
  Changed changed = co_await obtained(work);
  entry.status = changed.reply.status;
  entry.answer = changed.reply.body;
  entry.result = std::move(changed.result);
  entry.hook_output = std::move(changed.hook_output);
  const auto ended = co_await audit_.finish(entry);
  if (!ended) {
    log_.warning("audit_end_lost",
                 {{"id", entry.id}, {"result", entry.result}, {"why", ended.error().message}});
  }
  co_return std::move(changed.reply);
}

Task<AdminReply> AuditedCalls::repeated(const AuditEntry& entry) {
  const auto found = co_await audit_.lookup(entry.group, entry.id);
  if (!found) co_return problem(found.error());
  if (!*found) co_return end_unknown();
  const AuditEntry& earlier = **found;
  if (earlier.fingerprint != entry.fingerprint) co_return of_another_request();
  if (earlier.status == 0) co_return end_unknown();
  AdminReply reply{.status = earlier.status, .body = earlier.answer};
  if (reply.status >= 400) reply.content_type = "application/problem+json";
  co_return reply;
}

}  // namespace crossfade::sync
