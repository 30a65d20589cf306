#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/stop.h"
#include "common/dynamo/environment.h"
#include "common/dynamo/parts.h"
#include "common/dynamo/types.h"

namespace crossfade::dynamo {

/// DynamoDB and DynamoDB Streams over HTTP/1.1 with SigV4, json 1.0 protocol. Runs on the service's
/// thread; many requests may be in flight at once, each on its own keep-alive connection of the
/// pool, at most `max_connections`; the rest wait their turn.
///
/// Each call retries by itself: transient faults with full jitter up to `max_attempts`, throttling
/// for as long as `patience` and the stop allow, a credentials fault once after a refresh, a
/// clock-skew fault once after correcting the offset. The error that remains is classified (Fault)
/// with one clear sentence; its `detail` is the store's error body. A write whose reply was lost
/// before a later attempt is reported in WriteOutcome::earlier_attempt_unknown, or by
/// Error::outcome_unknown when no attempt was answered.
class Client {
 public:
  /// Resolves credentials lazily. Fault::invalid for an unusable endpoint or region.
  static Result<std::unique_ptr<Client>> create(const ClientOptions& options,
                                                const Executor& executor, ThreadPool& pool,
                                                const Clock& clock, Random& random, Log& log);
  /// The same with an environment of one's own instead of the process's.
  static Result<std::unique_ptr<Client>> create(const ClientOptions& options,
                                                Environment environment, const Parts& parts);
  ~Client();

  Task<Result<TableDescription>> describe_table(std::string table);
  Task<Result<std::vector<std::string>>> list_tables();
  /// Request bodies in DynamoDB's own JSON: there is nothing to add to it.
  Task<Result<void>> create_table(std::string request_json);
  Task<Result<void>> update_table(std::string request_json);

  /// The raw body of a page, for codec::Mapper::read_scan_page.
  Task<Result<std::string>> scan(const ScanRequest& request);
  Task<Result<std::string>> query(std::string request_json);
  /// The raw body of the answer, for codec::Mapper::read_item.
  Task<Result<std::string>> get_item(std::string table, const std::string& key_json,
                                     bool consistent);
  /// Raw item texts of all keys that exist; UnprocessedKeys are asked for again until none is left.
  Task<Result<std::vector<std::string>>> batch_get_item(std::string table,
                                                        std::vector<std::string> keys_json,
                                                        bool consistent);

  /// A condition that does not hold is an outcome, not an error.
  Task<Result<WriteOutcome>> put_item(const PutRequest& request);
  Task<Result<WriteOutcome>> update_item(const UpdateRequest& request);
  Task<Result<WriteOutcome>> delete_item(const DeleteRequest& request);
  /// Puts of whole items, at most 25; UnprocessedItems are sent again until none is left.
  Task<Result<void>> batch_write_item(std::string table, std::vector<std::string> items_json);
  Task<Result<void>> transact_write_items(std::string request_json);

  /// One page. With `children_of` only the children of that closed shard (ShardFilter
  /// CHILD_SHARDS).
  Task<Result<StreamDescription>> describe_stream(const DescribeStreamRequest& request);
  Task<Result<std::string>> get_shard_iterator(const IteratorRequest& request);
  /// The raw body, for codec::Mapper::read_records_page. One attempt only for expired or trimmed
  /// iterators.
  Task<Result<std::string>> get_records(const std::string& iterator, int limit);

  /// Ends retries and waits; calls in flight run to their deadline.
  void stop();
  const ClientStatistics& statistics() const;

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::dynamo
