#include <algorithm>
#include <utility>

#include "sync/link.h"

namespace crossfade::sync {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::size_t kIdsAtOnce = 5'000;  ///< in one query, which holds 16 MB

using Visit = std::function<void(const Change&, eventlog::Position)>;

/// Shows every record from `from` to `end`.
Task<Result<void>> scan(eventlog::EventLog& log, eventlog::Position from, eventlog::Position end,
                        Visit visit) {
  while (from < end) {
    CO_TRY(const std::vector<eventlog::Record> records, co_await log.read(from, kReadBytes));
    for (const eventlog::Record& record : records) {
      if (record.begin >= end) break;
      from = record.end;
      CO_TRY(const Change change, decode(record.bytes));
      visit(change, record.begin);
    }
  }
  co_return Result<void>();
}

}  // namespace

Result<void> Link::check_applying() const {
  if (!stopped_.empty()) return fail(Fault::stopped, stopped_);
  if (applying_) return {};
  return fail(Fault::unavailable,
              "The link \"" + config_.name + "\" does not apply changes yet: " + status().reason);
}

std::optional<std::string> Link::subject_of(const Key& key) const {
  return subject_.of(*setup_->mapper, key);
}

Task<Result<void>> Link::drain(Side from, Stop& limit) {
  CO_TRY_VOID(check_applying());
  if (from == Side::dynamodb) {
    CO_TRY_VOID(co_await forward_capture_->drain(limit));
    co_return co_await forward_apply_->reach(setup_->forward_log->end(), limit);
  }
  CO_TRY_VOID(co_await backward_capture_->drain(limit));
  co_return co_await backward_apply_->reach(setup_->backward_log->end(), limit);
}

std::int64_t Link::restores_asked() const {
  return restore_forward_->asked() + restore_backward_->asked();
}

/// A violation on one side asks the other direction to restore. Such requests are done before the
/// barriers stand, for behind them another rule may say who owns the key.
Task<Result<control::Barrier>> Link::hold(bool reachable, Stop& limit) {
  if (!reachable && !applying_ && stopped_.empty()) {
    stranded_at_ = control::Barrier{-1, -1, {}};
    co_return *stranded_at_;
  }
  CO_TRY_VOID(check_applying());
  if (!reachable) co_return co_await hold_stranded(limit);
  std::int64_t asked = -1;
  while (asked != restores_asked()) {
    asked = restores_asked();
    CO_TRY_VOID(co_await hold_once(limit));
  }
  CO_TRY_VOID(co_await forward_apply_->settle(limit));
  CO_TRY_VOID(co_await backward_apply_->settle(limit));
  co_await count_parked();
  co_return control::Barrier{forward_apply_->applied(), backward_apply_->applied(),
                             setup_->forward_log->id()};
}

/// The forward direction first: every document that it wrote then stands before the backward
/// barrier, and so does whatever an application had written there before.
Task<Result<void>> Link::hold_once(Stop& limit) {
  const eventlog::Position forward = setup_->forward_log->end();
  forward_apply_->hold(forward);
  CO_TRY_VOID(co_await forward_apply_->reach(forward, limit));
  CO_TRY_VOID(co_await backward_capture_->drain(limit));
  const eventlog::Position backward = setup_->backward_log->end();
  backward_apply_->hold(backward);
  co_return co_await backward_apply_->reach(backward, limit);
}

Task<Result<control::Barrier>> Link::hold_stranded(Stop& limit) {
  control::Barrier barrier;
  barrier.log = setup_->forward_log->id();
  forward_apply_->hold(setup_->forward_log->end());
  backward_apply_->hold(setup_->backward_log->end());
  CO_TRY(barrier.backward, co_await backward_apply_->strand(limit));
  barrier.forward = setup_->forward_log->end();
  forward_apply_->hold(barrier.forward);
  stranded_at_ = barrier;
  co_return barrier;
}

/// Dying on any line: the next process begins at the barrier again, and whatever was stored is
/// stored under the same id.
Task<Result<rollout::Recovery>> Link::recover(Stop& limit) {
  CO_TRY_VOID(check_applying());
  const control::Barrier barrier = stranded_at_.value_or(authority_.barrier());
  const eventlog::Position from =
      barrier.backward < 0 ? backward_apply_->applied() : barrier.backward;
  CO_TRY_VOID(co_await backward_capture_->drain(limit));
  const eventlog::Position end = setup_->backward_log->end();
  backward_apply_->hold(end);
  CO_TRY_VOID(co_await backward_apply_->settle(limit));
  CO_TRY(const rollout::Recovery found, co_await stranded_range(from, end));
  release();
  co_return found;
}

Task<Result<rollout::Recovery>> Link::stranded_range(eventlog::Position from,
                                                     eventlog::Position end) {
  rollout::Recovery out;
  std::vector<std::string> violations;
  const auto count = [&](const Change& change, eventlog::Position position) {
    if (change.kind != ChangeKind::put && change.kind != ChangeKind::remove) return;
    ++out.changes;
    if (authority_.owner(change.key, position) == Side::dynamodb)
      violations.push_back(config_.name + "/backward/" + std::to_string(position));
  };
  CO_TRY_VOID(co_await scan(*setup_->backward_log, from, end, count));
  out.violations = static_cast<std::int64_t>(violations.size());
  const state::Parked parked(environment_.config.mongodb.state_database);
  auto count_outcomes = [&]() -> Result<void> {
    mongo::Client client = environment_.mongo.acquire();
    for (auto ids = violations.begin(); ids != violations.end();) {
      const auto left = static_cast<std::size_t>(violations.end() - ids);
      const auto until = ids + static_cast<std::ptrdiff_t>(std::min(kIdsAtOnce, left));
      const std::vector<std::string> some(std::exchange(ids, until), until);
      TRY(const std::int64_t merged, parked.count_outcome(client, some, Outcome::merged));
      TRY(const std::int64_t kept, parked.count_outcome(client, some, Outcome::kept));
      out.merged += merged;
      out.kept += kept;
    }
    return {};
  };
  CO_TRY_VOID(co_await offload(environment_.threads, count_outcomes));
  co_return out;
}

void Link::release() {
  stranded_at_.reset();
  if (forward_apply_) forward_apply_->release();
  if (backward_apply_) backward_apply_->release();
}

void Link::adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last) {
  const std::int64_t offset = environment_.dynamo.statistics().clock_offset_ms;
  authority_.adopt(rules, last, config_.name, offset);
  use_epoch();
  changed_.notify();
}

void Link::drive_under(std::shared_ptr<const rollout::OwnerLease> lease) {
  authority_.know_lease(std::move(lease));
}

Task<void> Link::rules_known() {
  if (waits_for_rules_) activity_ = "Waiting for the rules of the link's group.";
  while (waits_for_rules_ && !authority_.adopted() && !members_->stop().requested())
    co_await changed_.wait(members_->stop(), Milliseconds(1'000));
}

/// Never goes back, not even when the link leaves its group: a guard would take our writes for old.
std::int64_t Link::epoch() const {
  return std::max(setup_ ? setup_->record.epoch : 1, authority_.epoch());
}

void Link::use_epoch() {
  if (forward_apply_) forward_apply_->set_epoch(epoch());
  if (item_writer_) item_writer_->set_epoch(epoch());
}

/// Dying before it is stored loses nothing: the group's rules say it again.
Task<void> Link::keep_epoch() {
  state::LinkRecord record = setup_->record;
  if (record.phase != state::Phase::synced || record.epoch >= epoch()) co_return;
  record.epoch = epoch();
  const state::LinkStore links(environment_.config.mongodb.state_database);
  auto store = [&]() -> Result<void> {
    mongo::Client client = environment_.mongo.acquire();
    return links.save(client, record);
  };
  const auto stored = co_await offload(environment_.threads, store);
  if (stored) setup_->record.epoch = record.epoch;
}

/// Looks at everything that MongoDB had committed before the call. A log that no longer reaches
/// back to the barrier cannot tell: the record is set aside.
Task<Result<bool>> Link::changed_since_barrier(Key key, Stop& stop) {
  CO_TRY_VOID(co_await backward_capture_->drain(stop));
  eventlog::EventLog& log = *setup_->backward_log;
  const eventlog::Position from = authority_.barrier().backward;
  if (from < log.usage().first) co_return true;
  bool changed = false;
  const auto look = [&](const Change& change, eventlog::Position) {
    changed = changed || (change.key == key && change.kind != ChangeKind::restore);
  };
  CO_TRY_VOID(co_await scan(log, from, log.end(), look));
  co_return changed;
}

}  // namespace crossfade::sync
