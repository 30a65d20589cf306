#include "sync/link_setup.h"

#include "sync/preflight.h"

namespace crossfade::sync {
namespace {

using eventlog::EventLog;

/// What MongoDB tells of the link in one visit.
struct MongoFindings {
  mongo::ServerFacts server;
  std::optional<state::LinkRecord> record;
  bool has_documents = false;
};

Result<MongoFindings> look_at_mongo(const LinkConfig& config, const mongo::Namespace& collection,
                                    LinkEnvironment& environment) {
  mongo::Client client = environment.mongo.acquire();
  MongoFindings out;
  TRY(out.server, client.server());
  TRY_VOID(check_server(out.server));
  const state::LinkStore links(environment.config.mongodb.state_database);
  TRY(out.record, links.find(client, config.name));
  TRY(out.has_documents, Target(collection).has_documents(client));
  return out;
}

eventlog::Options log_options(const LinkConfig& config, const Config& all,
                              const std::string& direction) {
  eventlog::Options out;
  out.directory = all.data_dir + "/" + config.name + "/" + direction;
  out.segment_bytes = all.log.segment_bytes;
  out.max_bytes = all.log.max_bytes;
  out.min_free_bytes = all.log.min_free_bytes;
  out.retention = all.log.retention;
  return out;
}

Task<Result<std::unique_ptr<EventLog>>> open_log(const LinkConfig& config,
                                                 LinkEnvironment& environment,
                                                 std::string direction, Executor executor) {
  const eventlog::Options options = log_options(config, environment.config, direction);
  auto open = [&] {
    return EventLog::open(options, executor, environment.disk, environment.clock, environment.log);
  };
  co_return co_await offload(environment.disk, open);
}

bool holds_records(const EventLog& log) {
  return log.end() > log.usage().first;
}

/// The record and the logs of a link belong together: one without the other is a gap or a mix-up,
/// or another process drives the link from elsewhere.
Result<void> check_logs(const LinkSetup& setup, bool known, const std::string& data_dir) {
  if (known) {
    const bool same = setup.record.forward_log == setup.forward_log->id() &&
                      setup.record.backward_log == setup.backward_log->id();
    if (same) return {};
    return fail(
        Fault::stale,
        "The event log of link \"" + setup.record.name + "\" is not in " + data_dir +
            ": run the link where its data_dir is, or, if that is lost, load the table again under "
            "a "
            "new link name with --into-existing (changes captured and not applied are missing).");
  }
  if (!holds_records(*setup.forward_log) && !holds_records(*setup.backward_log)) return {};
  return fail(
      Fault::invalid,
      data_dir +
          " holds event logs of a link that the state database does not know; move them away to "
          "begin anew.");
}

state::LinkRecord new_record(const LinkConfig& config, const LinkSetup& setup,
                             LinkEnvironment& environment) {
  state::LinkRecord out;
  out.name = config.name;
  out.id = environment.random.id();
  out.table = config.table;
  out.collection = config.collection;
  out.stream_arn = setup.table.stream_arn;
  out.lanes = config.forward.lanes;
  out.segments = config.load.segments;
  out.forward_log = setup.forward_log->id();
  out.backward_log = setup.backward_log->id();
  out.into_existing = environment.options.into_existing;
  return out;
}

}  // namespace

Task<Result<LinkSetup>> set_up_link(const LinkConfig& config, LinkEnvironment& environment,
                                    Executor executor) {
  LinkSetup setup;
  CO_TRY(setup.table, co_await environment.dynamo.describe_table(config.table));
  CO_TRY_VOID(check_stream(setup.table));
  CO_TRY(setup.collection, mongo::parse_namespace(config.collection));
  auto look = [&] { return look_at_mongo(config, setup.collection, environment); };
  CO_TRY(MongoFindings found, co_await offload(environment.threads, look));
  setup.server = found.server;
  const bool known = found.record.has_value();
  if (known) CO_TRY_VOID(check_same_link(*found.record, config, setup.table));
  if (!known) CO_TRY_VOID(check_target(config, found.has_documents, environment.options));
  setup.mapper = std::make_unique<codec::Mapper>(mapping_options(config, setup.table));
  CO_TRY(setup.forward_log, co_await open_log(config, environment, "forward", executor));
  CO_TRY(setup.backward_log, co_await open_log(config, environment, "backward", executor));
  setup.forward_found = setup.forward_log->end();
  setup.backward_found = setup.backward_log->end();
  if (known) setup.record = *found.record;
  CO_TRY_VOID(check_logs(setup, known, environment.config.data_dir));
  if (known) co_return setup;
  setup.record = new_record(config, setup, environment);
  auto create = [&]() -> Result<void> {
    mongo::Client client = environment.mongo.acquire();
    return state::LinkStore(environment.config.mongodb.state_database).create(client, setup.record);
  };
  CO_TRY_VOID(co_await offload(environment.threads, create));
  co_return setup;
}

}  // namespace crossfade::sync
