#include "sync/process.h"

#include <cstdlib>

namespace crossfade::sync {
namespace {

constexpr unsigned kThreads = 8;
constexpr unsigned kDiskThreads = 2;
constexpr Milliseconds kSilentPatience{2'000};

LogLevel level_of(const std::string& name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

/// Throttling is waited out by who calls, so that the link's status can tell of it meanwhile.
dynamo::ClientOptions dynamo_options(const DynamoConfig& config) {
  dynamo::ClientOptions out;
  out.region = config.region;
  out.endpoint = config.endpoint;
  out.profile = config.profile;
  out.ca_file = config.ca_file;
  out.max_connections = config.max_connections;
  out.attempt_timeout = config.attempt_timeout;
  out.patience = kSilentPatience;
  return out;
}

/// Every link holds one client for its change stream and one for each lane, beside those at work on
/// a thread.
mongo::PoolOptions pool_options(const Config& config, unsigned held) {
  mongo::PoolOptions out;
  out.uri = config.mongodb.uri;
  out.max_clients = held + kThreads;
  return out;
}

unsigned lanes_of(const Config& config) {
  unsigned lanes = 0;
  for (const LinkConfig& link : config.links) lanes += static_cast<unsigned>(link.forward.lanes);
  return lanes;
}

std::string armed_failpoints() {
  const char* names = std::getenv("CROSSFADE_FAILPOINTS");
  return names == nullptr ? std::string() : std::string(names);
}

}  // namespace

Process::Process(LogLevel level, const Executor& executor)
    : random_(Random::from_system()),
      log_(level),
      failpoints_(armed_failpoints()),
      events_(random_.id(), executor),
      threads_(kThreads),
      disk_(kDiskThreads) {}

Process::~Process() {
  threads_.join();
  disk_.join();
}

Result<std::unique_ptr<Process>> Process::create(const Config& config, const RunOptions& options,
                                                 Executor executor) {
  std::unique_ptr<Process> out(new Process(level_of(config.log_level), executor));
  TRY(out->dynamo_, dynamo::Client::create(dynamo_options(config.dynamodb), executor, out->threads_,
                                           out->clock_, out->random_, out->log_));
  const auto links = static_cast<unsigned>(config.links.size());
  TRY(out->mongo_, mongo::Pool::create(pool_options(config, links), out->log_));
  TRY(out->lanes_, mongo::Pool::create(pool_options(config, 2 * lanes_of(config)), out->log_));
  out->environment_ = std::make_unique<LinkEnvironment>(LinkEnvironment{
      config, options, *out->dynamo_, *out->mongo_, *out->lanes_, out->threads_, out->disk_,
      out->clock_, out->random_, out->log_, out->events_, out->failpoints_});
  return out;
}

}  // namespace crossfade::sync
