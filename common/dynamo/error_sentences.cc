#include "common/dynamo/error_sentences.h"

#include <fmt/core.h>

namespace crossfade::dynamo {
namespace {

std::string what_it_said(int status, const ServiceError& error) {
  if (error.code.empty()) return fmt::format("HTTP {}", status);
  if (error.message.empty()) return error.code;
  return fmt::format("{}: {}", error.code, error.message);
}

std::string missing(const CallSubject& subject) {
  if (subject.stream) {
    return fmt::format(
        "The stream or shard {} is not there: it was switched off, or it is older than 24 hours.",
        subject.resource);
  }
  if (subject.resource.empty()) {
    return fmt::format("What {} asks for is not there in {}.", subject.operation, subject.place);
  }
  return fmt::format(
      "There is no table {} in {}: check its name, the region and the account (DynamoDB Local "
      "keeps "
      "tables apart by access key and region unless it runs with -sharedDb).",
      subject.resource, subject.place);
}

std::string refused_identity(const CallSubject& subject, const std::string& said) {
  return fmt::format(
      "DynamoDB in {} refused the credentials ({}): check the access key, the secret and that the "
      "session has not ended.",
      subject.place, said);
}

std::string not_dynamodb(const CallSubject& subject, int status) {
  return fmt::format(
      "{} answers with HTTP {} and nothing that DynamoDB would say: check the endpoint.",
      subject.place, status);
}

}  // namespace

std::string sentence(Fault fault, const CallSubject& subject, int status,
                     const ServiceError& error) {
  const std::string said = what_it_said(status, error);
  switch (fault) {
    case Fault::not_found:
      return missing(subject);
    case Fault::credentials:
      return refused_identity(subject, said);
    case Fault::forbidden:
      return fmt::format(
          "The identity in use may not call dynamodb:{} on {} ({}): allow it in its "
          "policy.",
          subject.operation, subject.resource, error.message);
    case Fault::throttled:
      return fmt::format("DynamoDB throttles {} on {} ({}{}{}).", subject.operation,
                         subject.resource, said, error.reasons.empty() ? "" : "; ", error.reasons);
    case Fault::trimmed:
      return fmt::format(
          "The stream {} no longer holds the records after our position: they are "
          "older than 24 hours.",
          subject.resource);
    case Fault::expired_iterator:
      return "The shard iterator is older than 15 minutes.";
    case Fault::condition_failed:
      return fmt::format("The condition of {} on {} does not hold.", subject.operation,
                         subject.resource);
    case Fault::conflict:
      return fmt::format("{} on {} met another transaction.", subject.operation, subject.resource);
    case Fault::rejected:
      return fmt::format("DynamoDB refuses the item in {} on {} ({}).", subject.operation,
                         subject.resource, said);
    default:
      break;
  }
  if (error.code.empty() && status < 500) return not_dynamodb(subject, status);
  return fmt::format("{} failed in {} ({}).", subject.operation, subject.place, said);
}

}  // namespace crossfade::dynamo
