#include <algorithm>
#include <array>
#include <utility>

#include "sync/link.h"

namespace crossfade::sync {
namespace {

constexpr double kMsPerHour = 3'600'000;
constexpr double kStreamHours = 24;
constexpr double kUnknownHours = 1e6;

double hours_since(std::int64_t at_ms, std::int64_t now_ms) {
  return static_cast<double>(std::max<std::int64_t>(0, now_ms - at_ms)) / kMsPerHour;
}

}  // namespace

rollout::LinkFacts Link::facts() const {
  const std::int64_t now = environment_.clock.wall_ms();
  rollout::LinkFacts out;
  out.name = config_.name;
  out.synced = setup_ && setup_->record.phase == state::Phase::synced && applying_;
  out.trouble = !stopped_.empty() ? stopped_ : health_.first();
  out.forward_lag_ms = forward_progress_.lag_ms(now);
  out.backward_lag_ms = backward_progress_.lag_ms(now);
  out.dead_letters = dead_letters_;
  out.irreversible = irreversible_;
  out.violations = violations_;
  out.verified_ms = verified_ms_;
  if (proof_) proof_->tell(out);
  out.stream_headroom_hours = kStreamHours;
  if (forward_capture_)
    out.stream_headroom_hours -= hours_since(forward_capture_->read_until_ms(), now);
  out.oplog_headroom_hours = kUnknownHours;
  if (oplog_ && backward_capture_)
    out.oplog_headroom_hours =
        oplog_headroom_hours(*oplog_, backward_capture_->read_until_ms(), now);
  out.log_free_fraction = log_free_fraction();
  out.unsettled_until_ms = authority_.writes_from_ms();
  if (item_writer_ && item_writer_->wary_until() > now)
    out.unsettled_until_ms = std::max(out.unsettled_until_ms, item_writer_->wary_until());
  out.at_risk = {.link = config_.name,
                 .last_applied_ms = backward_progress_.applied_until_ms(),
                 .waiting = backward_progress_.behind(),
                 .read_until_ms = backward_capture_ ? backward_capture_->read_until_ms() : 0};
  return out;
}

double Link::log_free_fraction() const {
  if (!setup_) return 1;
  const auto most = static_cast<double>(environment_.config.log.max_bytes);
  const auto used =
      std::max(setup_->forward_log->usage().bytes, setup_->backward_log->usage().bytes);
  return std::max(0.0, 1 - static_cast<double>(used) / most);
}

/// Who may not read the oplog is told once and relies on his own watch over it.
Task<void> Link::look_at_oplog() {
  auto look = [&]() -> Result<OplogWindow> {
    mongo::Client client = environment_.mongo.acquire();
    return read_oplog(client);
  };
  const auto found = co_await offload(environment_.threads, look);
  if (found) oplog_ = *found;
  if (found || found.error().next() == Next::retry || std::exchange(oplog_told_, true)) co_return;
  oplog_.reset();
  environment_.log.warning("oplog_unknown",
                           {{"link", config_.name}, {"why", found.error().message}});
}

Task<void> Link::count_parked() {
  const state::Parked parked(environment_.config.mongodb.state_database);
  std::array<std::int64_t, 3> counts{};
  auto count = [&]() -> Result<void> {
    mongo::Client client = environment_.mongo.acquire();
    TRY(counts[0], parked.count_violations(client, config_.name));
    TRY(counts[1], parked.count_dead_letters(client, config_.name));
    TRY(counts[2], parked.count_dead_letters(client, config_.name, "backward"));
    return {};
  };
  const auto counted = co_await offload(environment_.threads, count);
  if (!counted) co_return;
  violations_ = counts[0];
  dead_letters_ = counts[1];
  irreversible_ = counts[2];
}

}  // namespace crossfade::sync
