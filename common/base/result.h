#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace crossfade {

/// What went wrong, named so that the caller needs no text to decide. Classified once, at the edge
/// of the client that met it (dynamo/errors.cc, mongo/errors.cc, eventlog, codec).
enum class Fault : std::uint8_t {
  transient,         ///< network or server trouble: the same call may work in a moment
  throttled,         ///< the store asks for patience: retry without a limit, slower
  unavailable,       ///< nothing answers at the address
  expired_iterator,  ///< take a new shard iterator after the last sequence number read
  trimmed,           ///< records between our position and the stream's begin are gone
  history_lost,      ///< the change stream cannot resume at our token
  credentials,       ///< refused identity: refresh once, then tell the operator
  forbidden,         ///< identity is fine, the permission is missing
  not_found,         ///< table, stream, shard, collection or item is not there
  condition_failed,  ///< a conditional write did not apply
  conflict,          ///< a transaction met another writer: abort and run the whole batch again
  duplicate_key,     ///< a unique index refused the write
  stale,             ///< another owner has moved the checkpoint: this worker must stop
  rejected,          ///< this one record cannot be mapped or stored: dead letter, go on
  disk_full,         ///< the event log has no room left
  corrupt,           ///< persisted data does not read back
  invalid,           ///< the request or the configuration is wrong
  stopped,           ///< the owner asked for a stop
};

/// What the caller should do next.
enum class Next : std::uint8_t {
  retry,                ///< again, with jittered backoff and a limit
  retry_patiently,      ///< again, as long as it takes
  new_iterator,         ///< derive a new shard iterator
  refresh_credentials,  ///< once, then stop
  dead_letter,          ///< park the record, go on
  stop_link,            ///< going on would lose data, or cannot work: stop this link, say why
};

Next next_step(Fault fault);
std::string_view to_string(Fault fault);

struct Error {
  Fault fault = Fault::invalid;
  std::string message;  ///< one clear sentence for a person, with what to do where we know
  std::string detail;   ///< machine-readable rest, e.g. the store's error body; may be empty
  bool outcome_unknown = false;  ///< a write was sent and may still take effect
  std::int32_t index = -1;       ///< index of the operation of a bulk that failed, -1 = the whole

  Next next() const { return next_step(fault); }
};

[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(Fault fault, std::string message, std::string detail = {}) {
  return Error{fault, std::move(message), std::move(detail)};
}

}  // namespace crossfade

#define CROSSFADE_CONCAT_INNER(a, b) a##b
#define CROSSFADE_CONCAT(a, b) CROSSFADE_CONCAT_INNER(a, b)

/// `TRY(auto value, function());` returns the error of a Result, or names its value.
#define TRY(declaration, expression)                                                      \
  auto CROSSFADE_CONCAT(try_, __LINE__) = (expression);                                   \
  if (!CROSSFADE_CONCAT(try_, __LINE__)) return CROSSFADE_CONCAT(try_, __LINE__).error(); \
  declaration = std::move(CROSSFADE_CONCAT(try_, __LINE__)).value()

/// The same for a Result<void>.
#define TRY_VOID(expression)                                                                   \
  if (auto CROSSFADE_CONCAT(try_, __LINE__) = (expression); !CROSSFADE_CONCAT(try_, __LINE__)) \
  return CROSSFADE_CONCAT(try_, __LINE__).error()

/// The same two inside a coroutine; the expression may contain co_await.
#define CO_TRY(declaration, expression)                                                      \
  auto CROSSFADE_CONCAT(try_, __LINE__) = (expression);                                      \
  if (!CROSSFADE_CONCAT(try_, __LINE__)) co_return CROSSFADE_CONCAT(try_, __LINE__).error(); \
  declaration = std::move(CROSSFADE_CONCAT(try_, __LINE__)).value()

#define CO_TRY_VOID(expression)                                                                \
  if (auto CROSSFADE_CONCAT(try_, __LINE__) = (expression); !CROSSFADE_CONCAT(try_, __LINE__)) \
  co_return CROSSFADE_CONCAT(try_, __LINE__).error()
