#include <algorithm>

#include "forward/capture.h"
#include "forward/drain_watch.h"

namespace crossfade::forward {
namespace {

/// A shard that is polled more slowly says more of the pace than of the stream.
constexpr std::int64_t kFastPollMs = 600;

}  // namespace

/// `not_before_ms`: the record was not there yet at that wall time.
void Capture::time_echo(const Change& change, std::int64_t not_before_ms) {
  const bool put = change.kind == ChangeKind::echo && change.reason.empty();
  if (!put || context_.clock.wall_ms() - not_before_ms > kFastPollMs) return;
  propagation_.seen(now_ms() - change.token->issued_ms);
}

Task<Result<void>> Capture::drain(Stop& stop) {
  DrainWatch watch(context_.clock.steady_ms(), propagation_.high().count());
  while (!stop.requested() && !readers_.stop().requested()) {
    bool done = true;
    for (const std::string& shard : tree_.reading()) {
      const auto tip = tips_.find(shard);
      done = watch.passed(shard, tip == tips_.end() ? -1 : tip->second.reached_ms) && done;
    }
    if (done) co_return Result<void>();
    hurry_.notify();
    co_await tip_moved_.wait(stop, Milliseconds(250));
  }
  co_return fail(Fault::stopped, "The capture stopped before it reached the end of the stream.");
}

std::int64_t Capture::read_until_ms() const {
  std::int64_t until = now_ms();
  for (const std::string& shard : tree_.reading()) {
    const auto tip = tips_.find(shard);
    const bool read = tip != tips_.end() && (tip->second.tip_ms > 0 || tip->second.earliest_ms > 0);
    const std::int64_t seen =
        read ? std::max(tip->second.tip_ms, tip->second.last_created_ms) : recovered_ms_;
    until = std::min(until, seen);
  }
  return until;
}

}  // namespace crossfade::forward
