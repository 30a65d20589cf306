#include "sync/config_schema.h"

#include "sync/config_authority.h"
#include "sync/config_groups.h"
#include "sync/config_key_kinds.h"
#include "sync/config_links.h"
#include "sync/config_rules.h"
#include "sync/config_subject.h"

namespace crossfade::sync {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kKiB = 1LL << 10;
constexpr std::int64_t kMiB = 1LL << 20;
constexpr std::int64_t kGiB = 1LL << 30;
constexpr std::int64_t kTiB = 1LL << 40;

ConfigSection<DynamoConfig> dynamodb_keys() {
  return {
      text_key("region", &DynamoConfig::region),
      checked(text_key("endpoint", &DynamoConfig::endpoint), &DynamoConfig::endpoint,
              endpoint_fault),
      text_key("profile", &DynamoConfig::profile),
      text_key("ca_file", &DynamoConfig::ca_file),
      whole_key("max_connections", &DynamoConfig::max_connections, 1, 4096),
      duration_key("attempt_timeout", &DynamoConfig::attempt_timeout, Milliseconds(100),
                   minutes(10)),
      duration_key("request_life", &DynamoConfig::request_life, seconds(1), hours(1)),
  };
}

ConfigSection<MongoConfig> mongodb_keys() {
  auto uri = checked(text_key("uri", &MongoConfig::uri), &MongoConfig::uri, mongodb_uri_fault);
  uri.write = [](YAML::Emitter& out, const MongoConfig& mongodb) {
    out << escape_environment(redacted_uri(mongodb.uri));
  };
  return {
      required(std::move(uri)),
      checked(text_key("state_database", &MongoConfig::state_database),
              &MongoConfig::state_database, database_fault),
  };
}

ConfigSection<LogConfig> log_keys() {
  return {
      size_key("segment_bytes", &LogConfig::segment_bytes, 64 * kKiB, 4 * kGiB),
      size_key("max_bytes", &LogConfig::max_bytes, 64 * kKiB, 1024 * kTiB),
      size_key("min_free_bytes", &LogConfig::min_free_bytes, 0, 1024 * kTiB),
      duration_key("retention", &LogConfig::retention, Milliseconds(0), days(365)),
  };
}

ConfigSection<LoadConfig> load_keys() {
  return {
      whole_key("segments", &LoadConfig::segments, 1, 100'000),
      whole_key("workers", &LoadConfig::workers, 1, 256),
      flag_key("consistent_read", &LoadConfig::consistent_read),
      value_key(
          "read_units_per_second", &LoadConfig::read_units_per_second,
          [](const ConfigValue& value) { return value.real(0, 1e9); },
          [](double units) { return units; }),
  };
}

ConfigSection<ForwardConfig> forward_keys() {
  return {
      whole_key("lanes", &ForwardConfig::lanes, 1, 64),
      whole_key("batch_records", &ForwardConfig::batch_records, 1, 10'000),
      size_key("batch_bytes", &ForwardConfig::batch_bytes, kMiB, 64 * kMiB),
      duration_key("poll_interval", &ForwardConfig::poll_interval, Milliseconds(200), minutes(1)),
      duration_key("idle_poll_interval", &ForwardConfig::idle_poll_interval, Milliseconds(200),
                   minutes(1)),
      choice_key("ttl_deletes", &ForwardConfig::ttl_deletes, {"apply", "ignore"}),
  };
}

ConfigSection<BackwardConfig> backward_keys() {
  return {
      whole_key("concurrency", &BackwardConfig::concurrency, 1, 1024),
      duration_key("heartbeat", &BackwardConfig::heartbeat, seconds(1), minutes(10)),
  };
}

std::string request_life_fault(const DynamoConfig& dynamodb) {
  if (dynamodb.request_life >= dynamodb.attempt_timeout) return {};
  return "has a request_life shorter than its attempt_timeout";
}

std::string log_fault(const LogConfig& log) {
  if (log.max_bytes >= log.segment_bytes) return {};
  return "has a max_bytes smaller than its segment_bytes";
}

ConfigKey<LinkConfig> forward_key() {
  const auto fault = [](const ForwardConfig& forward) -> std::string {
    if (forward.idle_poll_interval >= forward.poll_interval) return {};
    return "has an idle_poll_interval shorter than its poll_interval";
  };
  return checked(section_key("forward", &LinkConfig::forward, forward_keys()), &LinkConfig::forward,
                 fault);
}

std::string group_name_fault(const std::string& group) {
  return group.empty() ? "" : link_name_fault(group);
}

ConfigSection<ControlConfig> control_keys() {
  return {checked(text_key("table", &ControlConfig::table, false), &ControlConfig::table,
                  table_name_fault)};
}

ConfigSection<AdminTlsConfig> admin_tls_keys() {
  return {
      text_key("certificate", &AdminTlsConfig::certificate),
      text_key("key", &AdminTlsConfig::key),
      text_key("client_ca", &AdminTlsConfig::client_ca),
      text_key("ca", &AdminTlsConfig::ca),
      text_key("client_certificate", &AdminTlsConfig::client_certificate),
      text_key("client_key", &AdminTlsConfig::client_key),
  };
}

ConfigSection<LinkConfig> names_and_rules() {
  return {
      required(
          checked(text_key("name", &LinkConfig::name, false), &LinkConfig::name, link_name_fault)),
      required(checked(text_key("table", &LinkConfig::table, false), &LinkConfig::table,
                       table_name_fault)),
      required(checked(text_key("collection", &LinkConfig::collection, false),
                       &LinkConfig::collection, collection_fault)),
      checked(text_key("group", &LinkConfig::group), &LinkConfig::group, group_name_fault),
      subject_key(),
      authority_key(),
      choice_key("policy", &LinkConfig::policy, {"authority", "merge", "last-writer-wins"}),
      checked(text_key("forward_synced_field", &LinkConfig::forward_synced_field),
              &LinkConfig::forward_synced_field, field_name_fault),
  };
}

}  // namespace

ConfigSection<AdminConfig> admin_keys() {
  ConfigKey<AdminConfig> listen;
  listen.name = "listen";
  listen.read = [](const ConfigValue& value, AdminConfig& admin) -> Result<void> {
    TRY(const std::string text, value.text());
    const auto parsed = parse_listen(text);
    if (!parsed) return value.wrong(parsed.error().message);
    admin.host = parsed->host;
    admin.port = parsed->port;
    return {};
  };
  listen.write = [](YAML::Emitter& out, const AdminConfig& admin) { out << format_listen(admin); };
  return {std::move(listen), text_key("token_file", &AdminConfig::token_file),
          checked(section_key("tls", &AdminConfig::tls, admin_tls_keys()), &AdminConfig::tls,
                  admin_tls_fault)};
}

ConfigSection<LinkConfig> link_keys() {
  ConfigSection<LinkConfig> keys = names_and_rules();
  keys.push_back(attributes_key());
  keys.push_back(choice_key("fractions", &LinkConfig::fractions_as_double, {"decimal", "double"}));
  keys.push_back(choice_key("names", &LinkConfig::raw_names, {"encoded", "raw"}));
  keys.push_back(choice_key("dates", &LinkConfig::dates, {"iso", "epoch-ms", "epoch-s"}));
  keys.push_back(types_key());
  keys.push_back(checked(text_key("reserved", &LinkConfig::reserved, false), &LinkConfig::reserved,
                         field_name_fault));
  keys.push_back(flag_key("indexes", &LinkConfig::indexes));
  keys.push_back(flag_key("proving", &LinkConfig::proving));
  keys.push_back(canary_attributes_key());
  keys.push_back(section_key("load", &LinkConfig::load, load_keys()));
  keys.push_back(forward_key());
  keys.push_back(section_key("backward", &LinkConfig::backward, backward_keys()));
  return keys;
}

ConfigSection<ConfigDraft> config_keys() {
  const auto config = [](const ConfigKey<Config>& key) {
    return lifted(&ConfigDraft::config, key);
  };
  const auto default_of_links = [](const ConfigKey<LinkConfig>& key) {
    auto whole = lifted(&ConfigDraft::link, key);
    whole.write = nullptr;
    return whole;
  };
  return {
      config(checked(section_key("dynamodb", &Config::dynamodb, dynamodb_keys()), &Config::dynamodb,
                     request_life_fault)),
      config(required(section_key("mongodb", &Config::mongodb, mongodb_keys()))),
      config(text_key("data_dir", &Config::data_dir, false)),
      config(checked(section_key("log", &Config::log, log_keys()), &Config::log, log_fault)),
      config(section_key("admin", &Config::admin, admin_keys())),
      config(section_key("control", &Config::control, control_keys())),
      config(word_key("log_level", &Config::log_level, {"debug", "info", "warning", "error"})),
      default_of_links(section_key("load", &LinkConfig::load, load_keys())),
      default_of_links(forward_key()),
      default_of_links(section_key("backward", &LinkConfig::backward, backward_keys())),
      required(links_key()),
      groups_key(),
  };
}

std::vector<std::string> known_config_keys() {
  return paths_of(config_keys());
}

}  // namespace crossfade::sync
