#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/eventlog/event_log.h"
#include "common/model/change.h"

namespace crossfade::state {

/// How one direction, having met a violation, has the authority's value restored: it asks the other
/// direction's log. The request is durable when it returns; asking twice does no harm.
class Restorer {
 public:
  explicit Restorer(eventlog::EventLog& other_direction) : log_(other_direction) {}

  Task<Result<void>> ask(std::vector<Key> keys, std::int64_t now_ms) {
    std::vector<std::string> records;
    for (Key& key : keys) {
      Change change;
      change.kind = ChangeKind::restore;
      change.key = std::move(key);
      change.source_time_ms = now_ms;
      records.push_back(encode(change));
    }
    if (records.empty()) co_return Result<void>();
    const auto count = static_cast<std::int64_t>(records.size());
    CO_TRY_VOID(co_await log_.append(std::move(records)));
    asked_ += count;
    co_return Result<void>();
  }

  /// A request is under way that comes by itself, as a note.
  void expect() { ++asked_; }
  /// Keys asked for since the process began.
  std::int64_t asked() const { return asked_; }

 private:
  eventlog::EventLog& log_;
  std::int64_t asked_ = 0;
};

}  // namespace crossfade::state
