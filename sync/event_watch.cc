#include "sync/event_watch.h"

#include <fmt/core.h>

#include "sync/admin_reply.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kBetweenLooks{1'000};

}  // namespace

std::map<std::string, EventWatch::Seen> EventWatch::seen_now() const {
  std::map<std::string, Seen> out;
  for (const LinkStatus& link : view_.links()) {
    out[link.name] = {.phase = link.phase, .violations = link.violations};
  }
  for (const std::string& group : groups_.names()) {
    const auto view = groups_.view(group);
    if (!view) continue;
    for (const rollout::LinkFacts& link : view->links) {
      const auto found = out.find(link.name);
      if (found != out.end()) found->second.mismatches = link.mismatches;
    }
  }
  return out;
}

void EventWatch::publish(const char* type, const std::string& link, const std::string& sentence,
                         std::int64_t count) {
  events_.publish(type, fmt::format(R"({{"at_ms":{},"link":{},"count":{},"sentence":{}}})",
                                    clock_.wall_ms(), json_text(link), count, json_text(sentence)));
}

void EventWatch::tell(const std::string& link, const Seen& before, const Seen& now) {
  if (now.phase != before.phase) {
    publish("link", link, fmt::format("{} is {}.", link, now.phase), 1);
  }
  if (now.violations > before.violations) {
    publish("violation", link,
            fmt::format("{} has {} violations: changes on the side that does not own the key.",
                        link, now.violations),
            now.violations - before.violations);
  }
  if (now.mismatches > before.mismatches) {
    publish("mismatch", link,
            fmt::format("{} has {} keys that differ between the sides.", link, now.mismatches),
            now.mismatches - before.mismatches);
  }
}

void EventWatch::look() {
  std::map<std::string, Seen> now = seen_now();
  for (const auto& [link, seen] : now) {
    if (looked_) tell(link, seen_[link], seen);
  }
  seen_ = std::move(now);
  looked_ = true;
}

Task<Result<void>> EventWatch::run(Stop& stop) {
  while (!stop.requested()) {
    look();
    co_await stop.sleep(kBetweenLooks);
  }
  co_return Result<void>();
}

}  // namespace crossfade::sync
