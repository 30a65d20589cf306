#include "forward/capture.h"

#include <algorithm>
#include <set>

#include "forward/shard_reader.h"

namespace crossfade::forward {
namespace {

constexpr std::int64_t kTreeEveryMs = 60'000;
constexpr std::int64_t kOldRecordMarginMs = 5LL * 60'000;
constexpr Milliseconds kLineageEvery{60'000};
constexpr Milliseconds kFullLogPause{5'000};
constexpr Milliseconds kChildrenAppearWithin{30'000};

Change position_only(std::string source, std::int64_t now_ms) {
  Change change;
  change.kind = ChangeKind::position;
  change.source_time_ms = now_ms;
  change.source = std::move(source);
  return change;
}

bool counts(const Change& change) {
  return change.kind == ChangeKind::put || change.kind == ChangeKind::remove ||
         change.kind == ChangeKind::rejected;
}

}  // namespace

std::string shard_position(const std::string& shard, const std::string& sequence) {
  return shard + "|" + sequence;
}

std::optional<std::pair<std::string, std::string>> parse_shard_position(const std::string& text) {
  const std::size_t bar = text.rfind('|');
  if (bar == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, bar), text.substr(bar + 1));
}

Capture::Capture(CaptureOptions options, CaptureContext context, Stop& parent)
    : options_(std::move(options)),
      context_(context),
      readers_(parent),
      hurry_(parent.executor()),
      tip_moved_(parent.executor()),
      filter_(options_.link_id),
      propagation_(options_.propagation) {}

Task<Result<void>> Capture::run() {
  readers_.start(start_readers(tree_.reading()));
  readers_.start(watch_lineage());
  co_return co_await readers_.join();
}

bool Capture::anchored() const {
  return std::ranges::all_of(tree_.reading(), [&](const std::string& shard) {
    const auto tip = tips_.find(shard);
    return tip != tips_.end() && tip->second.anchored;
  });
}

Task<Result<void>> Capture::start_readers(std::vector<std::string> shards) {
  for (std::string& shard : shards) readers_.start(read_shard(std::move(shard)));
  co_return Result<void>();
}

Task<Result<void>> Capture::read_shard(std::string shard) {
  ShardReader reader(*this, shard);
  CO_TRY_VOID(co_await reader.run(readers_.stop()));
  if (readers_.stop().requested()) co_return Result<void>();
  co_return co_await shard_finished(shard);
}

Task<Result<void>> Capture::shard_finished(std::string shard) {
  CO_TRY_VOID(co_await find_children(shard));
  if (readers_.stop().requested()) co_return Result<void>();
  std::vector<std::string> released = tree_.finish(shard);
  tips_.erase(shard);
  context_.out.info("shard_finished",
                    {{"link", options_.link}, {"shard", shard}, {"children", released.size()}});
  CO_TRY_VOID(co_await store_tree());
  tip_moved_.notify();
  co_return co_await start_readers(std::move(released));
}

/// Children may show up a little after their parent has closed, and nobody may be there to tell of
/// them for longer.
Task<Result<void>> Capture::find_children(std::string shard) {
  dynamo::DescribeStreamRequest request{options_.stream_arn, "", shard};
  const std::string component = "children of " + shard;
  Milliseconds waited{0};
  Milliseconds pause{50};
  while (waited < kChildrenAppearWithin && !readers_.stop().requested()) {
    auto described = co_await context_.client.describe_stream(request);
    if (described) {
      context_.health.well(component);
      CO_TRY_VOID(co_await start_readers(tree_.add_children(described.value().shards)));
      if (tree_.has_children(shard)) co_return Result<void>();
      if (described.value().status != "ENABLED" && described.value().status != "ENABLING") break;
      waited += pause;
    } else {
      if (described.error().next() == Next::stop_link) co_return described.error();
      context_.health.trouble(component, described.error().message);
    }
    co_await readers_.stop().sleep(pause);
    pause = std::min(pause * 2, Milliseconds(1'000));
  }
  co_return co_await look_for_shards();
}

/// Takes in a listing of the whole stream; one that cannot be had now comes with the next round.
Task<Result<void>> Capture::look_for_shards() {
  const std::set<std::string> known = tree_.ids();
  auto listed = co_await list_shards();
  if (!listed && listed.error().next() == Next::stop_link) co_return listed.error();
  if (!listed) co_return Result<void>();
  CO_TRY(auto released, tree_.discover(listed.value(), known));
  const bool due =
      appended_since_tree_ && context_.clock.steady_ms() - tree_stored_ms_ >= kTreeEveryMs;
  if (!released.empty() || due) CO_TRY_VOID(co_await store_tree());
  co_return co_await start_readers(std::move(released));
}

/// The fallback for a lineage that CHILD_SHARDS did not tell, and the watch over the stream itself.
Task<Result<void>> Capture::watch_lineage() {
  while (!readers_.stop().requested()) {
    co_await readers_.stop().sleep(kLineageEvery);
    if (readers_.stop().requested()) break;
    CO_TRY_VOID(co_await look_for_shards());
    forget_old_echoes();
  }
  co_return Result<void>();
}

Task<Result<std::vector<dynamo::Shard>>> Capture::list_shards() {
  std::vector<dynamo::Shard> all;
  dynamo::DescribeStreamRequest request{options_.stream_arn, "", ""};
  do {
    CO_TRY(dynamo::StreamDescription page, co_await context_.client.describe_stream(request));
    if (page.status == "DISABLED" || page.status == "DISABLING") {
      co_return fail(Fault::trimmed,
                     "The stream of table " + options_.table +
                         " was disabled: changes since then are not recorded anywhere.");
    }
    for (dynamo::Shard& shard : page.shards) all.push_back(std::move(shard));
    request.after_shard = page.next_after;
  } while (!request.after_shard.empty());
  co_return all;
}

std::optional<Change> Capture::classify(const std::string& shard, codec::StreamRecord& record,
                                        std::int64_t not_before_ms) {
  if (record.created_ms < tree_.began_ms() - kOldRecordMarginMs) return std::nullopt;
  if (record.time_to_live && options_.ignore_ttl_deletes) return std::nullopt;
  Change change;
  change.source = shard_position(shard, record.sequence_number);
  change.key = record.key;
  change.source_time_ms = std::max(record.created_ms, not_before_ms);
  change.earliest_ms = tips_[shard].earliest_ms;
  if (filter_.is_echo(record)) {
    const bool gone = !record.new_token;
    change.kind = ChangeKind::echo;
    change.token = gone ? record.old_token : record.new_token;
    change.reason = gone ? "gone" : "";
    filter_.remember(hash_of(record.key), *change.token, gone);
  } else if (record.rejected) {
    change.kind = ChangeKind::rejected;
    change.image = std::move(record.rejected->text);
    change.reason = std::move(record.rejected->reason);
  } else if (record.new_image) {
    change.image = std::move(*record.new_image);
  } else {
    change.kind = ChangeKind::remove;
  }
  const ShardCursor* cursor = tree_.find(shard);
  const bool old = cursor != nullptr && cursor->again && record.created_ms < tree_.began_ms();
  const bool genuine = change.kind == ChangeKind::put || change.kind == ChangeKind::remove;
  if (old && genuine) change.reason = kMaybeBeforeLoad;
  if (genuine) change.before = std::move(record.before);
  return change;
}

Task<Result<void>> Capture::accept(const std::string& shard,
                                   std::vector<codec::StreamRecord> records,
                                   std::int64_t not_before_ms) {
  if (records.empty()) co_return Result<void>();
  const std::string last = records.back().sequence_number;
  std::vector<std::string> encoded;
  std::vector<std::pair<std::size_t, Key>> changed;  ///< by place among the encoded
  std::int64_t genuine = 0;
  std::int64_t echoes = 0;
  std::int64_t oldest_ms = context_.clock.wall_ms();
  for (codec::StreamRecord& record : records) {
    Tip& tip = tips_[shard];
    tip.last_created_ms = record.created_ms;
    tip.earliest_ms = std::max(tip.earliest_ms, record.created_ms);
    const std::optional<Change> change = classify(shard, record, not_before_ms);
    if (!change) continue;
    time_echo(*change, not_before_ms);
    if (change->token) tip.earliest_ms = std::max(tip.earliest_ms, change->token->issued_ms);
    if (counts(*change)) {
      ++genuine;
      changed.emplace_back(encoded.size(), change->key);
      oldest_ms = std::min(oldest_ms, change->source_time_ms);
    } else {
      ++echoes;
    }
    encoded.push_back(encode(*change));
  }
  if (encoded.empty())
    encoded.push_back(encode(position_only(shard_position(shard, last), now_ms())));
  CO_TRY(const std::vector<eventlog::Position> places, co_await append(std::move(encoded)));
  if (places.empty()) co_return Result<void>();
  for (const auto& [index, key] : changed)
    context_.recent.changed(key, Side::dynamodb, places[index], now_ms());
  tree_.advance(shard, last);
  context_.progress.echoes(echoes);
  context_.progress.captured(places.back() + 1, genuine, oldest_ms);
  co_return Result<void>();
}

/// A full disk is waited out: the stream keeps its records for a day. An empty answer means:
/// stopped meanwhile.
Task<Result<std::vector<eventlog::Position>>> Capture::append(std::vector<std::string> records) {
  const std::string component = "forward log";
  while (true) {
    std::vector<std::string> copy = records;
    auto done = co_await context_.log.append(std::move(copy));
    if (done) {
      context_.health.well(component);
      appended_since_tree_ = true;
      co_return done;
    }
    if (done.error().fault != Fault::disk_full) co_return done;
    context_.health.trouble(component, done.error().message);
    context_.out.error("log_full", {{"link", options_.link}, {"why", done.error().message}});
    co_await readers_.stop().sleep(kFullLogPause);
    if (readers_.stop().requested()) co_return std::vector<eventlog::Position>();
  }
}

Task<Result<void>> Capture::store_tree() {
  Change snapshot = position_only("", now_ms());
  snapshot.image = tree_.to_json();
  std::vector<std::string> records{encode(snapshot)};
  CO_TRY_VOID(co_await append(std::move(records)));
  tree_stored_ms_ = context_.clock.steady_ms();
  appended_since_tree_ = false;
  co_return Result<void>();
}

/// By DynamoDB's clock, where ours is known to be wrong.
std::int64_t Capture::now_ms() const {
  return context_.clock.wall_ms() + context_.client.statistics().clock_offset_ms;
}

/// Nothing older than the window before the slowest shard's present can still be introduced by a
/// record.
void Capture::forget_old_echoes() {
  std::int64_t low = now_ms();
  for (const auto& [shard, tip] : tips_) {
    const bool at_tip = tip.reached_ms >= 0;
    if (!at_tip) low = std::min(low, tip.last_created_ms);
  }
  filter_.forget_before(low - EchoFilter::kWindowMs);
}

}  // namespace crossfade::forward
