#include "common/mongo/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crossfade::mongo {
namespace {

constexpr std::string_view kTransient = "TransientTransactionError";
constexpr std::string_view kUnknownCommit = "UnknownTransactionCommitResult";
constexpr std::string_view kRetryable = "RetryableWriteError";

enum Code : std::int32_t {
  kFailedToParse = 9,
  kHostUnreachable = 6,
  kHostNotFound = 7,
  kUnauthorized = 13,
  kAuthenticationFailed = 18,
  kIllegalOperation = 20,
  kLockTimeout = 24,
  kNamespaceNotFound = 26,
  kCursorNotFound = 43,
  kNamespaceExists = 48,
  kMaxTimeExpired = 50,
  kWriteConcernFailed = 64,
  kNetworkTimeout = 89,
  kShutdownInProgress = 91,
  kWriteConflict = 112,
  kDocumentValidation = 121,
  kReadConcernNotYet = 134,
  kPrimarySteppedDown = 189,
  kTransactionTooOld = 225,
  kSnapshotUnavailable = 246,
  kNoSuchTransaction = 251,
  kInvalidResumeToken = 260,
  kExceededTimeLimit = 262,
  kChangeStreamFatal = 280,
  kHistoryLost = 286,
  kTransactionTooLong = 290,
  kTemporarilyUnavailable = 365,
  kRequestRateLimit = 462,
  kAtlas = 8000,
  kSocketException = 9001,
  kNotPrimary = 10107,
  kTooLarge = 10334,
  kDuplicateKey = 11000,
  kInterruptedAtShutdown = 11600,
  kInterruptedByStateChange = 11602,
  kNotPrimaryNoSecondaryOk = 13435,
  kNotPrimaryOrSecondary = 13436,
  kOutOfDiskSpace = 14031,
  kTooLargeAfterUpdate = 17419,
  kTooLargeUpsert = 17420,
  kNoChangeStreams = 40573,
};

bool is_transient(std::int32_t code) {
  constexpr std::array kCodes{
      kHostUnreachable,    kHostNotFound,           kMaxTimeExpired,
      kWriteConcernFailed, kNetworkTimeout,         kShutdownInProgress,
      kReadConcernNotYet,  kPrimarySteppedDown,     kExceededTimeLimit,
      kSocketException,    kTemporarilyUnavailable, kNotPrimary,
      kCursorNotFound,     kInterruptedAtShutdown,  kInterruptedByStateChange,
      kOutOfDiskSpace,     kNotPrimaryOrSecondary,  kNotPrimaryNoSecondaryOk,
  };
  return std::ranges::find(kCodes, code) != kCodes.end();
}

bool is_conflict(std::int32_t code) {
  constexpr std::array kCodes{kLockTimeout,         kWriteConflict,     kTransactionTooOld,
                              kSnapshotUnavailable, kNoSuchTransaction, kTransactionTooLong};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

/// A driver's or server's words as the end of a sentence of ours. The values of a unique index stay
/// out: they are a document's content.
std::string words(std::string_view text) {
  text = text.substr(0, text.find(" dup key:"));
  while (text.ends_with('.') || text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

/// The driver's reasons stand in brackets, "[connection refused calling hello on 'host:port']";
/// none means that servers answered and that none of them is a primary of the set that is asked
/// for.
std::string why_no_server(std::string_view text) {
  const std::size_t begin = text.find('[');
  const std::size_t end = text.rfind(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin)
    return "no server there is the primary of the replica set that the connection string names (is "
           "it a replica set of that name, initiated, with a majority of its members up?)";
  return words(text.substr(begin + 1, end - begin - 1)) +
         "; check that it runs there, and mongodb.uri";
}

struct Verdict {
  Fault fault;
  std::string message;
};

Verdict refused_identity(std::string_view text) {
  return {Fault::credentials, "MongoDB refused the credentials (" + words(text) +
                                  "): check the user, the password and authSource in mongodb.uri"};
}

/// The server quotes the whole command, documents included: that stays out.
Verdict denied(std::string_view text) {
  return {Fault::forbidden, "MongoDB denies the permission (" +
                                words(text.substr(0, text.find(" {"))) +
                                "): give the user of mongodb.uri a role that has it"};
}

Verdict of_watch(std::int32_t code, std::string_view text) {
  if (code == kHistoryLost)
    return {Fault::history_lost,
            "the change stream cannot resume: the oplog no longer reaches back to its position"};
  if (code == kTooLarge)
    return {Fault::rejected,
            "a change event is larger than 16 MB: the change stream cannot send it"};
  return {Fault::corrupt, "the change stream cannot go on from its position: " + words(text)};
}

bool ends_a_watch(std::int32_t code) {
  constexpr std::array kCodes{kHistoryLost, kChangeStreamFatal, kTooLarge, kFailedToParse,
                              kInvalidResumeToken};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

std::optional<Verdict> of_document(std::int32_t code, std::string_view text) {
  switch (code) {
    case kDuplicateKey:
      return Verdict{Fault::duplicate_key, "a unique index refused the document: " + words(text)};
    case kDocumentValidation:
      return Verdict{Fault::rejected, "the collection's validator refused the document"};
    case kTooLarge:
    case kTooLargeAfterUpdate:
    case kTooLargeUpsert:
      return Verdict{Fault::rejected, "the document is larger than MongoDB can hold"};
    default:
      return std::nullopt;
  }
}

std::optional<Verdict> of_permission(std::int32_t code, std::string_view text) {
  switch (code) {
    case kAuthenticationFailed:
      return refused_identity(text);
    case kUnauthorized:
    case kAtlas:
      return denied(text);
    case kNamespaceNotFound:
      return Verdict{Fault::not_found, "MongoDB has no such collection: " + words(text)};
    case kNamespaceExists:
      return Verdict{Fault::condition_failed, "the collection exists: " + words(text)};
    default:
      return std::nullopt;
  }
}

std::optional<Verdict> of_topology(std::int32_t code, std::string_view text) {
  const bool standalone = code == kIllegalOperation && text.starts_with("Transaction numbers");
  if (code == kNoChangeStreams || standalone)
    return Verdict{Fault::invalid,
                   "MongoDB runs as a standalone: transactions and change streams need a replica "
                   "set (one member is enough: mongod --replSet, then rs.initiate())"};
  return std::nullopt;
}

Verdict of_server(const Failure& failure, Activity activity) {
  const auto code = failure.code;
  if (activity == Activity::watch && ends_a_watch(code)) return of_watch(code, failure.text);
  if (is_conflict(code) || failure.labelled(kTransient))
    return {Fault::conflict, "the transaction was aborted by MongoDB: " + words(failure.text)};
  if (auto verdict = of_document(code, failure.text)) return *std::move(verdict);
  if (auto verdict = of_permission(code, failure.text)) return *std::move(verdict);
  if (auto verdict = of_topology(code, failure.text)) return *std::move(verdict);
  if (code == kRequestRateLimit)
    return {Fault::throttled, "MongoDB limits the rate of requests: " + words(failure.text)};
  if (is_transient(code) || failure.labelled(kRetryable) || failure.labelled(kUnknownCommit))
    return {Fault::transient, "MongoDB cannot serve this right now: " + words(failure.text)};
  return {Fault::invalid, "MongoDB refused the request: " + words(failure.text)};
}

Verdict verdict_of(const Failure& failure, Activity activity) {
  const auto text = words(failure.text);
  switch (failure.source) {
    case Failure::Source::server:
      return of_server(failure, activity);
    case Failure::Source::write_concern:
      return {Fault::transient, "MongoDB has not confirmed the write by a majority: " + text};
    case Failure::Source::selection:
      return {Fault::unavailable, "MongoDB cannot be reached: " + why_no_server(failure.text)};
    case Failure::Source::network:
      return {Fault::transient, "the connection to MongoDB failed: " + text};
    case Failure::Source::authentication:
      return refused_identity(failure.text);
    case Failure::Source::document:
      return {Fault::rejected, "the document cannot be sent to MongoDB: " + text};
    case Failure::Source::driver:
      break;
  }
  return {Fault::invalid, "the MongoDB driver refused the call: " + text};
}

bool may_have_reached_a_server(const Failure& failure, Fault fault) {
  using Source = Failure::Source;
  if (fault == Fault::conflict) return false;
  if (failure.labelled(kUnknownCommit)) return true;
  if (failure.source == Source::network || failure.source == Source::write_concern) return true;
  return failure.source == Source::server && fault == Fault::transient;
}

}  // namespace

bool Failure::labelled(std::string_view label) const {
  return std::ranges::find(labels, label) != labels.end();
}

Error classify(const Failure& failure, Activity activity) {
  Verdict verdict = verdict_of(failure, activity);
  Error error = fail(verdict.fault, std::move(verdict.message));
  error.detail = fmt::format("code={} labels={}: {}", failure.code, fmt::join(failure.labels, ","),
                             failure.text);
  const bool writes = activity == Activity::write || activity == Activity::commit;
  error.outcome_unknown = writes && may_have_reached_a_server(failure, error.fault);
  return error;
}

Error classify_operation(std::int32_t index, std::int32_t code, std::string_view text,
                         Activity activity) {
  const Failure failure{Failure::Source::server, code, std::string(text), {}};
  Error error = classify(failure, activity);
  if (error.fault == Fault::invalid) {
    error.fault = Fault::rejected;
    error.message = "MongoDB refused the document: " + words(text);
  }
  error.index = index;
  return error;
}

bool resumable(const Failure& failure) {
  using Source = Failure::Source;
  if (failure.source == Source::network || failure.source == Source::selection) return true;
  return failure.source == Source::server &&
         (failure.code == kCursorNotFound || failure.labelled("ResumableChangeStreamError"));
}

}  // namespace crossfade::mongo
