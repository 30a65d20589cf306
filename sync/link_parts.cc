#include "sync/link_parts.h"

namespace crossfade::sync {

/// Only engines on one's own machine have an endpoint, and DynamoDB Local's times are cut to the
/// minute.
std::unique_ptr<Conflicts> make_conflicts(const LinkParts& parts, const RecentKeys& recent,
                                          std::function<Task<Result<void>>(Side)> catch_up) {
  const bool local = !parts.environment.config.dynamodb.endpoint.empty();
  const state::Arbiter::Rules rules{parts.config.policy, local ? kMinuteMs : kSecondMs};
  LinkSetup& setup = parts.setup;
  return std::make_unique<Conflicts>(
      rules, Conflicts::Parts{*setup.mapper, recent, *setup.forward_log, *setup.backward_log,
                              std::move(catch_up)});
}

std::unique_ptr<forward::PageWriter> make_page_writer(const LinkParts& parts) {
  forward::PageWriterOptions options;
  options.link = parts.config.name;
  options.collection = parts.setup.collection;
  options.state_database = parts.environment.config.mongodb.state_database;
  options.overwrite = parts.setup.record.into_existing;
  options.synced_field = parts.config.forward_synced_field;
  options.epoch = parts.setup.record.epoch;
  return std::make_unique<forward::PageWriter>(std::move(options), *parts.setup.mapper);
}

std::unique_ptr<forward::Load> make_load(const LinkParts& parts, const forward::PageWriter& pages) {
  LinkEnvironment& env = parts.environment;
  forward::LoadOptions options;
  options.link = parts.config.name;
  options.table = parts.config.table;
  options.state_database = env.config.mongodb.state_database;
  options.segments = parts.setup.record.segments;
  options.workers = parts.config.load.workers;
  options.consistent_read = parts.config.load.consistent_read;
  options.read_units_per_second = parts.config.load.read_units_per_second;
  options.expected_items = parts.setup.table.item_count;
  const forward::LoadContext context{env.dynamo,   pages,     env.mongo,  env.threads,
                                     parts.health, env.clock, env.random, env.log};
  return std::make_unique<forward::Load>(std::move(options), context, parts.stop);
}

std::unique_ptr<forward::Capture> make_forward_capture(const LinkParts& parts, Progress& progress,
                                                       RecentKeys& recent) {
  LinkEnvironment& env = parts.environment;
  forward::CaptureOptions options;
  options.link = parts.config.name;
  options.link_id = parts.setup.record.id;
  options.table = parts.config.table;
  options.stream_arn = parts.setup.record.stream_arn;
  options.poll_interval = parts.config.forward.poll_interval;
  options.idle_poll_interval = parts.config.forward.idle_poll_interval;
  options.with_before = parts.config.policy != ConflictPolicy::authority;
  options.ignore_ttl_deletes = parts.config.forward.ttl_deletes == ForwardConfig::Ttl::ignore;
  const forward::CaptureContext context{env.dynamo,
                                        *parts.setup.mapper,
                                        *parts.setup.forward_log,
                                        progress,
                                        recent,
                                        parts.health,
                                        env.clock,
                                        env.random,
                                        env.log};
  return std::make_unique<forward::Capture>(std::move(options), context, parts.stop);
}

std::unique_ptr<forward::Apply> make_forward_apply(const LinkParts& parts, Progress& progress,
                                                   state::Restorer& restorer, forward::Judge judge,
                                                   forward::ChangedSinceBarrier changed,
                                                   state::Arbiter& arbiter) {
  LinkEnvironment& env = parts.environment;
  forward::ApplyOptions options;
  options.link = parts.config.name;
  options.table = parts.config.table;
  options.collection = parts.setup.collection;
  options.state_database = env.config.mongodb.state_database;
  options.epoch = parts.setup.record.epoch;
  options.found_until = parts.setup.forward_found;
  options.lanes = parts.setup.record.lanes;
  options.batch_records = parts.config.forward.batch_records;
  options.batch_bytes = parts.config.forward.batch_bytes;
  options.armed_at = parts.setup.record.armed_at;
  options.by_key_too = parts.config.indexes;
  options.synced_field = parts.config.forward_synced_field;
  forward::ApplyContext context{env.dynamo,
                                *parts.setup.mapper,
                                *parts.setup.forward_log,
                                env.mongo,
                                env.lanes,
                                env.threads,
                                restorer,
                                std::move(judge),
                                std::move(changed),
                                arbiter,
                                progress,
                                parts.health,
                                env.clock,
                                env.random,
                                env.log};
  return std::make_unique<forward::Apply>(std::move(options), std::move(context), parts.stop);
}

std::unique_ptr<backward::Capture> make_backward_capture(const LinkParts& parts, Progress& progress,
                                                         RecentKeys& recent, bool images) {
  LinkEnvironment& env = parts.environment;
  backward::CaptureOptions options;
  options.link = parts.config.name;
  options.collection = parts.setup.collection;
  options.state_database = env.config.mongodb.state_database;
  options.images = images;
  options.with_before = parts.config.policy != ConflictPolicy::authority;
  options.heartbeat = parts.config.backward.heartbeat;
  const backward::CaptureContext context{
      env.mongo,  env.threads, *parts.setup.mapper, *parts.setup.backward_log,
      progress,   recent,      parts.health,        env.clock,
      env.random, env.log};
  return std::make_unique<backward::Capture>(std::move(options), context, parts.stop);
}

std::unique_ptr<backward::ItemWriter> make_item_writer(const LinkParts& parts,
                                                       dynamo::MaySend may_write) {
  backward::ItemWriterOptions options;
  options.link_id = parts.setup.record.id;
  options.table = parts.config.table;
  options.hash_attribute = parts.setup.table.hash;
  options.reserved = parts.config.reserved;
  options.epoch = parts.setup.record.epoch;
  options.request_life = parts.environment.config.dynamodb.request_life;
  options.may_write = std::move(may_write);
  return std::make_unique<backward::ItemWriter>(std::move(options), parts.environment.dynamo,
                                                *parts.setup.mapper, parts.environment.clock);
}

std::unique_ptr<backward::Apply> make_backward_apply(const LinkParts& parts, Progress& progress,
                                                     state::Restorer& restorer,
                                                     backward::ItemWriter& writer,
                                                     backward::OwnerOf owner,
                                                     state::Arbiter& arbiter,
                                                     eventlog::Position done_until) {
  LinkEnvironment& env = parts.environment;
  backward::ApplyOptions options;
  options.link = parts.config.name;
  options.table = parts.config.table;
  options.collection = parts.setup.collection;
  options.state_database = env.config.mongodb.state_database;
  options.epoch = parts.setup.record.epoch;
  options.found_until = parts.setup.backward_found;
  options.done_until = done_until;
  options.concurrency = parts.config.backward.concurrency;
  options.by_key_too = parts.config.indexes;
  backward::ApplyContext context{env.dynamo,
                                 writer,
                                 *parts.setup.mapper,
                                 *parts.setup.backward_log,
                                 env.mongo,
                                 env.threads,
                                 restorer,
                                 std::move(owner),
                                 arbiter,
                                 progress,
                                 parts.health,
                                 env.clock,
                                 env.random,
                                 env.log};
  return std::make_unique<backward::Apply>(std::move(options), std::move(context), parts.stop);
}

Comparer make_comparer(const LinkParts& parts) {
  LinkEnvironment& env = parts.environment;
  return Comparer({env.dynamo, env.mongo, env.threads, *parts.setup.mapper, parts.config.table,
                   parts.setup.collection, parts.config.indexes});
}

}  // namespace crossfade::sync
