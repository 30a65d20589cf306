#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/codec/mapping.h"
#include "common/model/conflict.h"
#include "router/rules.h"
#include "sync/group_config.h"

namespace crossfade::sync {

struct DynamoConfig {
  std::string region;
  std::string endpoint;
  std::string profile;
  std::string ca_file;
  std::size_t max_connections = 64;
  Milliseconds attempt_timeout{10'000};
  /// How long a request may still take effect after its reply was lost: a delete waits that long.
  Milliseconds request_life{60'000};
};

struct MongoConfig {
  std::string uri;  ///< secret: never printed
  std::string state_database = "crossfade";
};

struct LoadConfig {
  int segments = 64;  ///< parallel scan; fixed for a load once it has begun
  int workers = 4;    ///< segments read at the same time
  bool consistent_read = true;
  double read_units_per_second = 0;  ///< 0: no limit
};

struct ForwardConfig {
  int lanes = 2;
  int batch_records = 500;
  std::int64_t batch_bytes = 1 << 20;
  Milliseconds poll_interval{
      200};  ///< between two GetRecords of a shard that has data; never below 200 ms
  Milliseconds idle_poll_interval{800};  ///< what it backs off to
  enum class Ttl { apply, ignore } ttl_deletes = Ttl::apply;
};

struct BackwardConfig {
  int concurrency = 64;  ///< single-item writes in flight
  Milliseconds heartbeat{10'000};
};

struct LogConfig {
  std::int64_t segment_bytes = 64LL << 20;
  std::int64_t max_bytes = 16LL << 30;
  std::int64_t min_free_bytes = 512LL << 20;
  Milliseconds retention = std::chrono::hours(24);
};

struct LinkConfig {
  std::string name;
  std::string table;
  std::string collection;         ///< "database.collection"
  std::string group;              ///< that it moves with; empty: authority stays as it is here
  std::string subject_attribute;  ///< empty: no subject
  std::string subject_pattern;    ///< see Subject
  AuthorityRule authority;        ///< of a group: where it begins; an empty salt is made up once
  ConflictPolicy policy = ConflictPolicy::authority;  ///< for changes on the side without authority
  std::string forward_synced_field;
  std::vector<std::string> key;  ///< only for `crossfade map` without a table
  bool fractions_as_double = false;
  bool raw_names = false;
  codec::MappingOptions::Dates dates = codec::MappingOptions::Dates::iso;
  std::map<std::string, std::string> types;
  std::string reserved = "_crossfade";
  bool indexes = true;  ///< build the table's indexes on the collection after the load
  std::map<std::string, std::string> canary;  ///< its key, by attribute; empty: none
  bool proving = true;  ///< of a group: compare every changed key on both sides
  LoadConfig load;
  ForwardConfig forward;
  BackwardConfig backward;
};

/// Files in PEM. The first three are the service's, the others the command line's.
struct AdminTlsConfig {
  std::string certificate;  ///< chain of the service; empty: no TLS
  std::string key;
  std::string client_ca;  ///< only clients with a certificate of it are let in; empty: any
  std::string ca;         ///< what the command line trusts; empty: the certificate itself
  std::string client_certificate;
  std::string client_key;
};

struct AdminConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8642;
  std::string token_file;  ///< empty: no token, which is allowed on loopback alone
  AdminTlsConfig tls;
};

struct ControlConfig {
  std::string table = "crossfade-control";
};

/// The whole configuration, read once; every default is explained in deploy/crossfade.example.yaml.
struct Config {
  DynamoConfig dynamodb;
  MongoConfig mongodb;
  std::string data_dir = "/var/lib/crossfade";
  LogConfig log;
  AdminConfig admin;
  ControlConfig control;
  std::string log_level = "info";
  std::vector<LinkConfig> links;
  std::vector<GroupConfig> groups;  ///< those that differ from the defaults

  const LinkConfig* link(const std::string& name) const;
  /// Of the links, each once, in the order of the links.
  std::vector<std::string> group_names() const;
  GroupConfig group(const std::string& name) const;
};

/// Looks up one environment variable.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Reads YAML. `${NAME}` in values is replaced from the environment (unset: an error that names
/// it). Unknown keys, wrong types, values out of range and duplicates are refused with file, line
/// and, for keys, the nearest valid name. A value is never part of an error where it may be a
/// secret.
Result<Config> parse_config(const std::string& text, const std::string& file,
                            const Environment& environment);
Result<Config> load_config(const std::string& file, const Environment& environment);
/// Only where the admin endpoint listens: what a command needs that speaks to a running service. No
/// other value is read, so the variables of the service's environment may be absent.
Result<AdminConfig> load_admin_config(const std::string& file, const Environment& environment);

/// The configuration as YAML with every default filled in and secrets replaced.
std::string describe(const Config& config);

}  // namespace crossfade::sync
