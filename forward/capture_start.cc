#include <algorithm>
#include <set>

#include "forward/capture.h"

namespace crossfade::forward {
namespace {

constexpr std::size_t kReadBytes = 4U << 20;

}  // namespace

Task<Result<void>> Capture::prepare() {
  if (context_.log.end() == context_.log.usage().first) co_return co_await begin_at_present();
  CO_TRY_VOID(co_await recover());
  recovered_ = tree_.began_ms() != 0;
  if (tree_.began_ms() == 0) co_return co_await begin_at_present();
  const std::set<std::string> known = tree_.ids();
  CO_TRY(auto listed, co_await list_shards());
  CO_TRY(auto released, tree_.discover(listed, known));
  co_return co_await store_tree();
}

Task<Result<void>> Capture::begin_at_present() {
  CO_TRY(auto listed, co_await list_shards());
  tree_ = ShardTree::begin(listed, now_ms());
  recovered_ms_ = now_ms();
  co_return co_await store_tree();
}

/// The last minutes of the log hold a snapshot of the tree, every cursor since then, and the echoes
/// that the filter needs; an older part is only read when the last minutes hold no snapshot.
Task<Result<void>> Capture::recover() {
  const eventlog::Position recent = context_.log.begin_of_last(Milliseconds(EchoFilter::kWindowMs));
  CO_TRY_VOID(co_await replay(recent));
  if (tree_.began_ms() == 0) co_return co_await replay(context_.log.usage().first);
  co_return Result<void>();
}

/// A snapshot may stand behind records that were still on their way to the log when it was taken:
/// what a record says counts.
Task<Result<void>> Capture::replay(eventlog::Position from) {
  std::map<std::string, std::string> durable;
  while (from < context_.log.end()) {
    CO_TRY(const std::vector<eventlog::Record> records,
           co_await context_.log.read(from, kReadBytes));
    for (const eventlog::Record& record : records) {
      CO_TRY(const Change change, decode(record.bytes));
      if (change.kind != ChangeKind::restore)
        recovered_ms_ = std::max(recovered_ms_, change.source_time_ms);
      if (change.kind == ChangeKind::position && !change.image.empty()) {
        CO_TRY(tree_, ShardTree::from_json(change.image));
        for (const auto& [shard, sequence] : durable) tree_.advance(shard, sequence);
      }
      if (auto place = parse_shard_position(change.source)) {
        tree_.advance(place->first, place->second);
        durable[place->first] = std::move(place->second);
      }
      remember_echo(change);
      if (change.kind == ChangeKind::put || change.kind == ChangeKind::remove)
        context_.recent.changed(change.key, Side::dynamodb, record.begin, change.source_time_ms);
      from = record.end;
    }
  }
  co_return Result<void>();
}

void Capture::remember_echo(const Change& change) {
  if (change.kind == ChangeKind::echo && change.token) {
    filter_.remember(hash_of(change.key), *change.token, change.reason == "gone");
  }
}

}  // namespace crossfade::forward
