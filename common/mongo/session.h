#pragma once

#include <memory>
#include <string>

#include "common/mongo/client.h"

namespace crossfade::mongo {

/// An explicit driver session with its client, for transactions. Blocking, one thread at a time.
/// Change events of its transactions carry `lsid.id` equal to id() (mongod 6.0.5: insert, update,
/// replace and delete alike), which is how our own writes are told from others; so a session used
/// for that is kept for the life of its owner and does nothing but those transactions.
///
/// Destruction aborts an open transaction and retires the id: the driver would give it to the next
/// user of the pool (sessions specification), here it is never used again by this process.
/// tests/live/mongo_marker_live_test.cc pins down both.
class Session {
 public:
  static Result<Session> start(Client client);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// The 16 bytes of lsid.id (a UUID).
  const std::string& id() const;
  Client& client();

  /// Ends a transaction that was left open, by aborting it. Snapshot read concern is not asked for;
  /// write concern majority.
  ///
  /// Inside: Fault::conflict when MongoDB aborted it (another writer, or it took longer than the
  /// server's transactionLifetimeLimitSeconds), Fault::transient or unavailable when the connection
  /// failed. After either nothing was written: begin again with the whole batch.
  Result<void> begin();
  /// Retries an unknown commit result until `patience` has passed; then the error has
  /// outcome_unknown set and only a majority read can tell. Fault::conflict: nothing was written,
  /// run the whole batch again.
  Result<void> commit(Milliseconds patience);
  /// Never fails: a transaction that cannot be aborted ends by itself on the server.
  void abort();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::mongo
