#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/result.h"

namespace crossfade::mongo {

struct Namespace {
  std::string database;
  std::string collection;

  std::string full() const { return database + "." + collection; }
  bool operator==(const Namespace&) const = default;
};

/// "shop.orders" in its parts; Fault::invalid otherwise.
Result<Namespace> parse_namespace(std::string_view text);

struct PoolOptions {
  std::string uri;  ///< TLS, SCRAM and everything else of a connection string; never logged
  std::string app_name = "crossfade";
  unsigned max_clients = 16;
  Milliseconds server_selection_timeout{5'000};
  Milliseconds socket_timeout{60'000};
};

struct ServerFacts {
  std::string version;  ///< "6.0.5"
  int major = 0;
  std::string replica_set;  ///< empty: a standalone or a mongos
  bool sharded = false;     ///< talked to through mongos
  bool can_watch() const { return sharded || !replica_set.empty(); }
};

struct WriteOp {
  enum class Kind { insert, replace_upsert, remove, update } kind = Kind::insert;
  std::string_view filter;    ///< empty for insert
  std::string_view document;  ///< empty for remove; an update document for update (no upsert)
};

struct WriteError {
  std::int32_t index = -1;
  Error error;
};

struct BulkResult {
  std::int64_t inserted = 0;
  std::int64_t matched = 0;
  std::int64_t upserted = 0;
  std::int64_t removed = 0;
  std::vector<WriteError> errors;  ///< of single operations; an unordered bulk goes on behind each
};

class Session;

struct FindOptions {
  std::string sort;        ///< BSON, empty: none
  std::string projection;  ///< BSON, empty: all
  std::int64_t limit = 0;
  bool majority = true;  ///< read concern majority on the primary, else local
  bool hint_id = false;
  std::string min_id;  ///< BSON {_id: ...}: from that `_id` on, in the order of the `_id` index
  Session* session = nullptr;  ///< reads in its open transaction; `majority` is then its business
};

/// A connection to the deployment, borrowed from a Pool. Every call BLOCKS: use it inside offload()
/// only. One thread at a time. Errors are classified (Fault) with one clear sentence.
class Client {
 public:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  Result<ServerFacts> server();
  /// Runs a command and returns the whole reply. No read or write concern is added.
  Result<std::string> command(const std::string& database, std::string_view command);

  Result<std::vector<std::string>> find(const Namespace& where, std::string_view filter,
                                        const FindOptions& options = {});
  Result<std::optional<std::string>> find_one(const Namespace& where, std::string_view filter,
                                              const FindOptions& options = {});
  /// Documents that match now; a limit bounds the work (0: none).
  Result<std::int64_t> count(const Namespace& where, std::string_view filter, std::int64_t limit);

  /// Without a session: write concern majority. With one: part of its open transaction.
  /// The Result is an error only when the whole failed; single failures are in BulkResult::errors.
  /// In a transaction the first failure is the Result's error, with its index. Any number of
  /// operations of any total size; a document that is not BSON, over 16 MB, or has an empty field
  /// name (or a `$` one on top of a replacement) is Fault::rejected. Text is not checked for UTF-8.
  Result<BulkResult> bulk(const Namespace& where, std::span<const WriteOp> operations, bool ordered,
                          Session* session = nullptr);
  /// Matches at most one document; returns how many matched (or were upserted).
  Result<std::int64_t> update_one(const Namespace& where, std::string_view filter,
                                  std::string_view update, bool upsert, Session* session = nullptr);
  /// The document as it is after the update; nothing when none matched.
  Result<std::optional<std::string>> find_one_and_update(const Namespace& where,
                                                         std::string_view filter,
                                                         std::string_view update, bool upsert);

  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Thread-safe. Majority writes, retryable writes and reads from the primary whatever the
/// connection string says; its other options win over PoolOptions. Logs servers found and lost, to
/// a Log that outlives it. Destruction takes up to half a second (the driver's monitors). Its
/// sessions are a world of their own: a driver session is only ever re-used within the pool that
/// made it. Must outlive its clients and sessions.
class Pool {
 public:
  /// Parses and keeps the connection string; connects lazily. Fault::invalid for one that cannot be
  /// used, with the password left out of the sentence.
  static Result<std::unique_ptr<Pool>> create(const PoolOptions& options, Log& log);
  ~Pool();

  /// Blocks while all clients are out.
  Client acquire();

 private:
  struct Impl;
  explicit Pool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::mongo
