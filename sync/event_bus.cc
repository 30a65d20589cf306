#include "sync/event_bus.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace crossfade::sync {
namespace {

constexpr std::size_t kPartBytes = 64U << 10;
constexpr Milliseconds kSilence{15'000};
constexpr std::string_view kGap =
    "event: gap\n"
    "data: {\"sentence\":\"Events before the next one are no longer kept.\"}\n\n";

std::string on_one_line(std::string text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  return text;
}

}  // namespace

void EventBus::publish(std::string_view type, std::string json) {
  if (json.size() > kMostEvent) json = R"({"sentence":"This event was too long to be told."})";
  events_.push_back({std::string(type), on_one_line(std::move(json))});
  bytes_ += events_.back().bytes();
  ++next_;
  while (bytes_ > kMostBytes) {
    bytes_ -= events_.front().bytes();
    events_.pop_front();
  }
  published_.notify();
}

std::string EventBus::id_of(std::int64_t number) const {
  return fmt::format("{}-{}", life_, number);
}

std::int64_t EventBus::place_after(std::string_view last_event_id) const {
  if (last_event_id.empty()) return next_;
  const std::string prefix = life_ + "-";
  if (!last_event_id.starts_with(prefix)) return 0;
  std::int64_t number = 0;
  const char* end = last_event_id.data() + last_event_id.size();
  const auto [stopped, fault] = std::from_chars(last_event_id.data() + prefix.size(), end, number);
  const bool known = fault == std::errc{} && stopped == end && number > 0 && number < next_;
  return known ? number + 1 : 0;
}

std::string EventBus::text_from(std::int64_t& place) const {
  std::string text;
  if (place < first()) {
    text = kGap;
    place = first();
  }
  for (; place < next_ && text.size() < kPartBytes; ++place) {
    const Event& event = events_[static_cast<std::size_t>(place - first())];
    text.append(
        fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id_of(place), event.type, event.json));
  }
  return text;
}

Task<std::string> EventFeed::next(Stop& stop) {
  std::string text = bus_.text_from(place_);
  if (text.empty() && !stop.requested()) {
    co_await bus_.changed(stop, kSilence);
    text = bus_.text_from(place_);
    if (text.empty()) text = ": nothing new\n\n";
  }
  if (stop.requested()) text.clear();
  co_return text;
}

}  // namespace crossfade::sync
