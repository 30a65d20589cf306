#include "sync/checks.h"

#include "sync/data_dir.h"
#include "sync/preflight.h"
#include "sync/process.h"
#include "sync/target.h"

namespace crossfade::sync {
namespace {

using Lines = std::vector<CheckLine>;

template <class T>
bool tell(Lines& lines, std::string name, const Result<T>& result, std::string good) {
  lines.push_back(
      {std::move(name), result.has_value(), result ? std::move(good) : result.error().message});
  return result.has_value();
}

std::string describe_server(const mongo::ServerFacts& server) {
  const std::string kind = server.sharded ? "through mongos" : "replica set " + server.replica_set;
  return "MongoDB " + server.version + ", " + kind;
}

std::string describe_table(const dynamo::TableDescription& table) {
  const std::string sort = table.sort.empty() ? "" : " + " + table.sort;
  return "table " + table.name + " (" + table.hash + sort + "), about " +
         std::to_string(table.item_count) + " items, " + std::to_string(table.indexes.size()) +
         " indexes";
}

Task<bool> check_mongo(Lines& lines, LinkEnvironment& environment) {
  auto ask = [&]() -> Result<mongo::ServerFacts> {
    mongo::Client client = environment.mongo.acquire();
    TRY(mongo::ServerFacts server, client.server());
    TRY_VOID(check_server(server));
    return server;
  };
  const Result<mongo::ServerFacts> server = co_await offload(environment.threads, ask);
  co_return tell(lines, "mongodb", server,
                 server ? describe_server(server.value()) : std::string());
}

Result<std::string> look_at_collection(const LinkConfig& link, LinkEnvironment& environment) {
  TRY(const mongo::Namespace where, mongo::parse_namespace(link.collection));
  mongo::Client client = environment.mongo.acquire();
  const state::LinkStore links(environment.config.mongodb.state_database);
  TRY(const std::optional<state::LinkRecord> known, links.find(client, link.name));
  if (known)
    return "the link is " + std::string(state::to_string(known->phase)) +
           "; a run goes on from there";
  TRY(const bool has_documents, Target(where).has_documents(client));
  TRY_VOID(check_target(link, has_documents, environment.options));
  return "collection " + link.collection + " is empty and ready for the load";
}

Task<void> check_link(Lines& lines, const LinkConfig& link, LinkEnvironment& environment,
                      bool mongo_answers) {
  const Result<dynamo::TableDescription> table =
      co_await environment.dynamo.describe_table(link.table);
  if (tell(lines, link.name + ": table", table,
           table ? describe_table(table.value()) : std::string())) {
    tell(lines, link.name + ": stream", check_stream(table.value()), table.value().stream_arn);
  }
  if (!mongo_answers) co_return;
  auto look = [&] { return look_at_collection(link, environment); };
  const Result<std::string> collection = co_await offload(environment.threads, look);
  tell(lines, link.name + ": collection", collection,
       collection ? collection.value() : std::string());
}

}  // namespace

Task<std::vector<CheckLine>> check_all(const Config& config, Executor executor) {
  Lines lines;
  const RunOptions options;
  Config quiet = config;
  quiet.log_level = "error";
  const auto process = Process::create(quiet, options, executor);
  if (!process) {
    lines.push_back({"configuration", false, process.error().message});
    co_return lines;
  }
  LinkEnvironment& environment = process.value()->environment();
  auto look = [&] { return look_at_data_dir(config); };
  const Result<std::string> data_dir = co_await offload(environment.disk, look);
  tell(lines, "data_dir", data_dir, data_dir ? data_dir.value() : std::string());
  const bool mongo_answers = co_await check_mongo(lines, environment);
  for (const LinkConfig& link : config.links)
    co_await check_link(lines, link, environment, mongo_answers);
  environment.dynamo.stop();
  co_return lines;
}

}  // namespace crossfade::sync
