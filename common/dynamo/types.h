#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/dynamo/may_send.h"

namespace crossfade::dynamo {

struct ClientOptions {
  std::string region;    ///< empty: AWS_REGION, AWS_DEFAULT_REGION, then the profile's
  std::string endpoint;  ///< only for local engines; used for both services
  std::string profile;   ///< an explicit profile beats the environment's keys
  std::string ca_file;   ///< extra trusted certificates for https endpoints of one's own
  bool gzip = false;     ///< offer gzip for answers: less network between regions, more CPU
  std::size_t max_connections = 64;
  Milliseconds connect_timeout{3'000};
  Milliseconds attempt_timeout{
      10'000};                ///< one attempt, from the first byte sent to the last byte read
  unsigned max_attempts = 4;  ///< of transient faults
  Milliseconds patience = std::chrono::hours(1);  ///< with throttling
};

struct IndexDescription {
  std::string name;
  std::string hash;
  std::string sort;  ///< empty: hash key only
  bool global = false;
};

struct TableDescription {
  std::string name;
  std::string status;
  std::string arn;
  std::string hash;
  char hash_type = 'S';
  std::string sort;  ///< empty: hash key only
  char sort_type = 'S';
  std::string stream_arn;  ///< empty: no stream
  bool stream_enabled = false;
  std::string stream_view_type;
  std::vector<IndexDescription> indexes;
  std::int64_t item_count = 0;  ///< up to six hours old
  std::int64_t size_bytes = 0;
};

struct ScanRequest {
  std::string table;
  int segment = 0;
  int total_segments = 1;
  std::string start_key;  ///< raw JSON as received in LastEvaluatedKey; empty: from the begin
  bool consistent = true;
  int limit = 0;           ///< 0: up to a page of 1 MB
  std::string projection;  ///< ProjectionExpression with placeholders; empty: whole items
  std::string names_json;  ///< of the projection
};

/// Expressions always use placeholders: names `#n`, values `:v`, given as JSON objects.
struct Condition {
  std::string expression;   ///< empty: none
  std::string names_json;   ///< {"#x":"_crossfade"}
  std::string values_json;  ///< {":p":{"N":"1"}}
};

struct PutRequest {
  std::string table;
  std::string item_json;
  Condition condition;
  MaySend may_send;
};

struct UpdateRequest {
  std::string table;
  std::string key_json;
  std::string update_expression;
  Condition condition;
  MaySend may_send;
};

struct DeleteRequest {
  std::string table;
  std::string key_json;
  Condition condition;
  MaySend may_send;
};

/// Conditional writes ask for ReturnValuesOnConditionCheckFailure=ALL_OLD: `current` is then the
/// whole error body, with the item that stood in the way as `Item` (absent when there is none).
struct WriteOutcome {
  bool applied = true;
  bool earlier_attempt_unknown = false;  ///< an earlier attempt may still land later
  std::string current;
};

struct Shard {
  std::string id;
  std::string parent;  ///< empty, or possibly a shard that is long gone
  std::string first_sequence;
  std::string last_sequence;  ///< not empty: the shard is closed
};

struct DescribeStreamRequest {
  std::string stream_arn;
  std::string after_shard;  ///< ExclusiveStartShardId of the next page
  std::string children_of;  ///< only the children of this closed shard
};

struct StreamDescription {
  std::string status;
  std::string view_type;
  std::vector<Shard> shards;
  std::string next_after;  ///< not empty: another page follows
};

struct IteratorRequest {
  enum class From { trim_horizon, latest, at_sequence, after_sequence };
  std::string stream_arn;
  std::string shard;
  From from = From::trim_horizon;
  std::string sequence;
};

struct ClientStatistics {
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t throttles = 0;
  std::int64_t connections_opened = 0;
  std::int64_t clock_offset_ms = 0;
};

}  // namespace crossfade::dynamo
