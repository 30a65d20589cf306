#include "common/dynamo/errors.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "common/dynamo/error_sentences.h"

namespace crossfade::dynamo {
namespace {

using nlohmann::json;

struct Rule {
  std::string_view code;
  Fault fault;
};

constexpr std::array kRules = {
    Rule{"AccessDeniedException", Fault::forbidden},
    Rule{"AuthFailure", Fault::credentials},
    Rule{"ConditionalCheckFailedException", Fault::condition_failed},
    Rule{"ExpiredIteratorException", Fault::expired_iterator},
    Rule{"ExpiredToken", Fault::credentials},
    Rule{"ExpiredTokenException", Fault::credentials},
    Rule{"IncompleteSignature", Fault::credentials},
    Rule{"IncompleteSignatureException", Fault::credentials},
    Rule{"InvalidClientTokenId", Fault::credentials},
    Rule{"InvalidSignatureException", Fault::credentials},
    Rule{"ItemCollectionSizeLimitExceededException", Fault::rejected},
    Rule{"LimitExceededException", Fault::throttled},
    Rule{"MissingAuthenticationToken", Fault::credentials},
    Rule{"MissingAuthenticationTokenException", Fault::credentials},
    Rule{"ProvisionedThroughputExceededException", Fault::throttled},
    Rule{"ReplicatedWriteConflictException", Fault::transient},
    Rule{"RequestExpired", Fault::credentials},
    Rule{"RequestLimitExceeded", Fault::throttled},
    Rule{"RequestTimeTooSkewed", Fault::credentials},
    Rule{"RequestTimeout", Fault::transient},
    Rule{"RequestTimeoutException", Fault::transient},
    Rule{"ResourceNotFoundException", Fault::not_found},
    Rule{"SignatureDoesNotMatch", Fault::credentials},
    Rule{"TableNotFoundException", Fault::not_found},
    Rule{"TransactionConflictException", Fault::conflict},
    Rule{"TransactionInProgressException", Fault::throttled},
    Rule{"TrimmedDataAccessException", Fault::trimmed},
    Rule{"UnrecognizedClientException", Fault::credentials},
};

constexpr int kTooManyRequests = 429;
constexpr int kServerTrouble = 500;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void append_reason(std::string& reasons, const std::string& reason) {
  if (reason.empty() || reason == "None") return;
  if (!reasons.empty()) reasons += ", ";
  reasons += reason;
}

std::string reasons_of(const json& body) {
  std::string reasons;
  for (const char* list : {"ThrottlingReasons", "throttlingReasons", "CancellationReasons"}) {
    const auto found = body.find(list);
    if (found == body.end() || !found->is_array()) continue;
    for (const json& entry : *found) {
      if (!entry.is_object()) continue;
      append_reason(reasons, text_of(entry, "reason"));
      append_reason(reasons, text_of(entry, "Code"));
    }
  }
  return reasons;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

/// A transaction is cancelled for the gravest of its reasons.
Fault fault_of_cancelled(std::string_view reasons) {
  const auto has = [&](std::string_view reason) {
    return reasons.find(reason) != std::string_view::npos;
  };
  if (has("ValidationError") || has("ItemCollectionSizeLimitExceeded")) return Fault::rejected;
  if (has("ConditionalCheckFailed")) return Fault::condition_failed;
  if (has("TransactionConflict")) return Fault::conflict;
  if (has("ThrottlingError") || has("ProvisionedThroughputExceeded")) return Fault::throttled;
  return Fault::invalid;
}

/// Our own expressions are ours to answer for; whatever else is wrong with a write is the item's.
Fault fault_of_validation(const CallSubject& subject, std::string_view message) {
  const bool expression =
      message.find("Expression") != std::string_view::npos ||
      starts_with_any(message, {"Invalid table", "TableName", "Value provided in Expression"});
  return subject.item_write && !expression ? Fault::rejected : Fault::invalid;
}

Fault fault_of(const CallSubject& subject, int status, const ServiceError& error) {
  if (error.code == "TransactionCanceledException") return fault_of_cancelled(error.reasons);
  if (error.code == "ValidationException") return fault_of_validation(subject, error.message);
  const auto* rule = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const Rule& each) { return each.code == error.code; });
  if (rule != kRules.end()) return rule->fault;
  if (status == kTooManyRequests ||
      starts_with_any(error.code, {"Throttling", "TooManyRequests"})) {
    return Fault::throttled;
  }
  return status >= kServerTrouble ? Fault::transient : Fault::invalid;
}

bool is_clock_skew(const ServiceError& error) {
  if (error.code == "RequestTimeTooSkewed" || error.code == "RequestExpired") return true;
  const auto says = [&](std::string_view words) {
    return error.message.find(words) != std::string::npos;
  };
  return (error.code == "InvalidSignatureException" || error.code == "SignatureDoesNotMatch" ||
          error.code == "AuthFailure") &&
         (says("Signature expired") || says("not yet current"));
}

std::optional<Milliseconds> retry_after(const HttpResponse& response) {
  const std::string_view text = response.header("x-amz-retry-after");
  std::int64_t milliseconds = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (bad != std::errc() || end != text.data() + text.size() || milliseconds < 0) {
    return std::nullopt;
  }
  return Milliseconds(milliseconds);
}

}  // namespace

ServiceError read_service_error(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  ServiceError error;
  if (!parsed.is_object()) return error;
  error.code = text_of(parsed, "__type");
  error.code.erase(0, error.code.rfind('#') + 1);
  error.message = text_of(parsed, "message");
  if (error.message.empty()) error.message = text_of(parsed, "Message");
  error.reasons = reasons_of(parsed);
  return error;
}

Refusal classify(const CallSubject& subject, const HttpResponse& response) {
  ServiceError service = read_service_error(response.body);
  const Fault fault = fault_of(subject, response.status, service);
  Refusal refusal;
  refusal.error = fail(fault, sentence(fault, subject, response.status, service), response.body);
  refusal.error.outcome_unknown = fault == Fault::transient && response.status >= kServerTrouble;
  refusal.clock_skew = is_clock_skew(service);
  refusal.date = response.header("date");
  refusal.retry_after = retry_after(response);
  refusal.code = std::move(service.code);
  return refusal;
}

}  // namespace crossfade::dynamo
