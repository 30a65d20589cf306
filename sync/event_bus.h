#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/async/stop.h"
#include "rollout/group_context.h"
#include "sync/counted.h"

namespace crossfade::sync {

/// What happens, for whoever listens: `transition`, `guard`, `violation`, `mismatch`, `link`. The
/// newest events are kept, at most kMostBytes of them; a listener is nothing but a place in that
/// ring, so one that is too slow costs nothing and misses some, which it is told by an event `gap`.
/// One thread only.
class EventBus final : public rollout::EventSink {
 public:
  static constexpr std::size_t kMostBytes = 1U << 20;
  static constexpr std::size_t kMostEvent = 16U << 10;
  static constexpr std::size_t kOverhead = 64;  ///< what an event takes besides its texts

  /// `life` names this process: the ids of its events begin with it.
  EventBus(std::string life, const Executor& executor)
      : life_(std::move(life)), published_(executor) {}

  /// Never blocks, never fails. An event longer than kMostEvent is published without its data.
  void publish(std::string_view type, std::string json) override;

  /// Where a listener begins: behind the event of that id, or with the next one when it names none.
  /// An id of an earlier process, or one that is no longer kept, leads to a gap.
  std::int64_t place_after(std::string_view last_event_id) const;
  /// The events from `place` on as server-sent events, at most about 64 KB; moves `place` behind
  /// them. Empty when there is none yet.
  std::string text_from(std::int64_t& place) const;
  /// Returns when something was published, when `limit` has passed or `stop` is requested.
  Task<void> changed(Stop& stop, Milliseconds limit) { return published_.wait(stop, limit); }

 private:
  struct Event {
    std::string type;
    std::string json;

    std::size_t bytes() const { return type.size() + json.size() + kOverhead; }
  };

  std::int64_t first() const { return next_ - static_cast<std::int64_t>(events_.size()); }
  std::string id_of(std::int64_t number) const;

  std::string life_;
  Signal published_;
  std::deque<Event> events_;
  std::size_t bytes_ = 0;
  std::int64_t next_ = 1;
};

/// One listener's stream. The bus outlives it.
class EventFeed {
 public:
  /// Counts itself among `listeners`, which outlives it.
  EventFeed(int& listeners, EventBus& bus, std::string_view last_event_id)
      : counted_(listeners), bus_(bus), place_(bus.place_after(last_event_id)) {}

  /// The next part of the stream, when there is one; a comment when nothing happened for a while,
  /// so that a listener that has left is noticed. Empty at the stop.
  Task<std::string> next(Stop& stop);

 private:
  Counted counted_;
  EventBus& bus_;
  std::int64_t place_;
};

}  // namespace crossfade::sync
