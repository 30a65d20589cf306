#include "forward/verdict.h"

#include <utility>

namespace crossfade::forward {
namespace {

/// Between our clock, which timed the fence, and DynamoDB's.
constexpr std::int64_t kClockMarginMs = 1'000;

Verdict judge_change(const Change& change, bool behind, Owners owners, std::int64_t fence_ms) {
  const Side owner = behind ? owners.now : owners.before;
  if (owner == Side::dynamodb) return Verdict::applies;
  const bool moved_here = behind && owners.before == Side::dynamodb;
  const bool early = change.earliest_ms < fence_ms + kClockMarginMs;
  return moved_here && early ? Verdict::straggles : Verdict::violates;
}

Verdict judge_echo(bool behind, Owners owners) {
  const bool dynamodbs = owners.now == Side::dynamodb;
  return dynamodbs && (behind || owners.before == Side::dynamodb) ? Verdict::restores
                                                                  : Verdict::nothing;
}

}  // namespace

Verdict judge(const Change& change, eventlog::Position position, Owners owners,
              const LastHandoff& last) {
  const bool behind = position >= last.barrier;
  switch (change.kind) {
    case ChangeKind::put:
    case ChangeKind::remove:
      return judge_change(change, behind, owners, last.fence_ms);
    case ChangeKind::restore:
      return owners.now == Side::dynamodb ? Verdict::restores : Verdict::hands_over;
    case ChangeKind::echo:
      return judge_echo(behind, owners);
    default:
      return Verdict::nothing;
  }
}

Judge judge_by(std::function<Side(const Key&)> owner) {
  return [owner = std::move(owner)](const Change& change, eventlog::Position position) {
    const Side side = owner(change.key);
    return judge(change, position, {side, side}, {});
  };
}

}  // namespace crossfade::forward
