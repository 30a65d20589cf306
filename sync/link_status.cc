#include "common/async/limit.h"
#include "sync/link.h"
#include "sync/resolver.h"

namespace crossfade::sync {
namespace {

DirectionStatus direction_of(const Progress& progress, std::int64_t now_ms) {
  DirectionStatus out;
  out.captured = progress.captured_total();
  out.applied = progress.applied_total();
  out.echoes_dropped = progress.echoes_total();
  out.behind = progress.behind();
  out.lag_ms = progress.lag_ms(now_ms);
  out.lag_p50_ms = progress.lags().quantile(0.5);
  out.lag_p99_ms = progress.lags().quantile(0.99);
  return out;
}

LoadStatus load_of(const forward::Load* load, bool copied) {
  LoadStatus out;
  if (load != nullptr) {
    out.items = load->items();
    out.items_per_second = load->items_per_second();
    out.fraction = load->fraction();
    out.eta_seconds = load->eta_seconds();
  }
  if (copied) out.fraction = 1;
  return out;
}

std::string_view name_of(WaitFor what) {
  return what == WaitFor::copied ? "copied" : what == WaitFor::synced ? "synced" : "drained";
}

}  // namespace

LinkStatus Link::status() const {
  LinkStatus out;
  out.name = config_.name;
  out.table = config_.table;
  out.collection = config_.collection;
  out.group = config_.group;
  const state::Phase phase = setup_ ? setup_->record.phase : state::Phase::defined;
  out.phase = stopped_.empty() ? std::string(state::to_string(phase)) : "stopped";
  out.reason = !stopped_.empty() ? stopped_ : !health_.good() ? health_.first() : activity_;
  const std::int64_t now = environment_.clock.wall_ms();
  out.load = load_of(load_.get(), phase >= state::Phase::catching_up);
  out.forward = direction_of(forward_progress_, now);
  out.backward = direction_of(backward_progress_, now);
  if (proof_) proof_->tell(out);
  out.violations = violations_;
  out.dead_letters = dead_letters_;
  if (setup_ && setup_->forward_log && setup_->backward_log) {
    const eventlog::Usage forward = setup_->forward_log->usage();
    const eventlog::Usage backward = setup_->backward_log->usage();
    out.log_bytes = forward.bytes + backward.bytes;
    out.log_near_limit = forward.near_limit || backward.near_limit;
  }
  return out;
}

bool Link::reached(WaitFor what) const {
  if (!setup_) return false;
  const state::Phase phase = setup_->record.phase;
  if (what == WaitFor::copied) return phase >= state::Phase::catching_up;
  if (what == WaitFor::synced) return applying_ && phase >= state::Phase::synced;
  return applying_;
}

Task<Result<void>> Link::wait(WaitFor what, Milliseconds limit) {
  Limit timed(stop_, limit);
  while (!reached(what) && !timed.stop().requested())
    co_await changed_.wait(timed.stop(), Milliseconds(250));
  Result<void> done;
  if (what == WaitFor::drained && !timed.stop().requested())
    done = co_await drain_both(timed.stop());
  if (!timed.stop().requested()) co_return done;
  if (timed.passed()) {
    const LinkStatus now = status();
    co_return fail(Fault::transient,
                   "The link \"" + config_.name + "\" was not " + std::string(name_of(what)) +
                       " in time: it is " + now.phase + ", " + std::to_string(now.forward.behind) +
                       " changes behind forward and " + std::to_string(now.backward.behind) +
                       " backward. " + now.reason);
  }
  co_return fail(Fault::stopped, stopped_.empty() ? "The service is stopping." : stopped_);
}

/// Twice: a violation found in the first round makes a restore in the other direction's log.
Task<Result<void>> Link::drain_both(Stop& limit) {
  CO_TRY_VOID(co_await drain_once(limit));
  CO_TRY_VOID(co_await drain_once(limit));
  co_await count_parked();
  co_return Result<void>();
}

Task<Result<void>> Link::drain_once(Stop& limit) {
  CO_TRY_VOID(co_await drain(Side::dynamodb, limit));
  CO_TRY_VOID(co_await drain(Side::mongodb, limit));
  co_return co_await forward_apply_->reach(setup_->forward_log->end(), limit);
}

Task<Result<std::string>> Link::resolve(Resolution resolution, std::string stored) {
  CO_TRY_VOID(check_applying());
  Resolver resolver(
      {config_, environment_, *setup_, health_, members_->stop()},
      [this](const Key& key) { return authority_.owner(key, setup_->backward_log->end()); },
      [this] { return authority_.may_write(); });
  co_return co_await resolver.resolve(std::move(resolution), std::move(stored));
}

}  // namespace crossfade::sync
