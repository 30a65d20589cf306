#include <algorithm>

#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {
namespace {

using Stage = Worker::Stage;

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace

void World::backward_steps(std::vector<Step>& out) const {
  if (!document_events_.empty()) out.push_back({StepKind::capture_documents});
  for (int key = 0; key < scenario_->keys(); ++key) {
    const Worker& worker = workers_[at(key)];
    const int waiting = static_cast<int>(worker.waiting.size());
    if (!worker.idle()) {
      out.push_back({StepKind::work, key});
    } else {
      if (waiting > 0) out.push_back({StepKind::work, key, 1});
      if (waiting > 1) out.push_back({StepKind::work, key, waiting});
    }
  }
  const bool moved = static_cast<int>(watermark_.low()) != stored_.offset || wary_ != stored_.wary;
  if (moved && crashes_left_ > 0) out.push_back({StepKind::store_checkpoint});
}

/// Documents written by sessions of ours never come here.
void World::capture_documents() {
  const DocumentEvent event = document_events_.front();
  document_events_.erase(document_events_.begin());
  if (event.ours) complain("I1 EchoExact: our own document was called an application's");
  Entry entry;
  entry.kind = event.now ? ChangeKind::put : ChangeKind::remove;
  entry.key = event.key;
  entry.value = event.now.value_or(0);
  entry.violation = event.violation;
  append_backward(entry);
}

void World::append_backward(Entry entry) {
  backward_log_.push_back(entry);
  acknowledged_.push_back(false);
  enqueue(static_cast<int>(backward_log_.size()) - 1);
}

void World::enqueue(int position) {
  watermark_.issue(position + 1);
  workers_[at(backward_log_[at(position)].key)].waiting.push_back(position);
}

void World::begin_batch(Worker& worker, int count) {
  worker.batch.assign(worker.waiting.begin(), worker.waiting.begin() + count);
  worker.waiting.erase(worker.waiting.begin(), worker.waiting.begin() + count);
}

/// One move of a key's worker: one call to a store, or the taking of what waits.
void World::work(int key, int count) {
  Worker& worker = workers_[at(key)];
  if (worker.idle()) {
    begin_batch(worker, count);
    return open_first(key);
  }
  if (!ours_to_write(key)) return settle_violation(key);
  if (worker.stage == Stage::wait) return wait_for_late_writes(key);
  if (worker.stage != Stage::read) return send(key, StepKind::work);
  worker.value = documents_[at(key)];
  worker.stage = first_stage(worker);
}

Worker::Stage World::first_stage(const Worker& worker) const {
  if (worker.value) return Stage::put;
  return planted(Plant::remove_without_mark) ? Stage::erase : Stage::mark;
}

/// A change made against DynamoDB's authority: kept, and the item's value asked back.
void World::settle_violation(int key) {
  Entry& entry = backward_log_[at(workers_[at(key)].batch.front())];
  if (entry.kind != ChangeKind::restore) {
    if (entry.violation && !entry.listed && !planted(Plant::violation_dropped))
      ++violations_listed_;
    entry.listed = true;
    if (!planted(Plant::violation_not_restored)) forward_log_.push_back(restore_of(key));
  }
  done_with_first(key);
}

bool World::late(int key) const {
  if (planted(Plant::remove_ignores_late)) return false;
  return workers_[at(key)].late || inherited_wary_;
}

/// Time passes until no write that the process knows of, or was told of, can land any more.
void World::wait_for_late_writes(int key) {
  Worker& worker = workers_[at(key)];
  std::erase_if(network_, [&](const Request& request) {
    return (worker.late && request.key == key) || (inherited_wary_ && request.covered);
  });
  worker.late = false;
  inherited_wary_ = false;
  worker.stage = worker.absent ? Stage::mark : Stage::erase;
}

std::optional<Request> World::next_request(int key) const {
  const Worker& worker = workers_[at(key)];
  if (worker.idle() || !ours_to_write(key)) return std::nullopt;
  Request request;
  request.key = key;
  request.position = worker.batch.front();
  request.process = process_;
  request.value = worker.value.value_or(0);
  switch (worker.stage) {
    case Stage::put:
      request.kind = Request::Kind::put;
      return request;
    case Stage::mark:
      request.kind = Request::Kind::mark;
      return request;
    case Stage::erase:
      request.kind = Request::Kind::erase;
      return request;
    default:
      return std::nullopt;
  }
}

void World::send(int key, StepKind how) {
  const Request request = *next_request(key);
  if (how != StepKind::work) {
    --losses_left_;
    if (request.kind != Request::Kind::erase) wary_ = workers_[at(key)].late = true;
  }
  if (how == StepKind::lose_request) return network_.push_back(request);
  answered(key, request, land(request));
}

/// A write whose reply was lost is sent again at once, and told that its condition does not hold.
void World::answered(int key, const Request& request, bool applied) {
  Worker& worker = workers_[at(key)];
  if (request.kind != Request::Kind::mark) return done_with_first(key);
  worker.absent = !applied && !items_[at(key)];
  const bool wait = late(key);
  if (worker.absent && !wait) return done_with_first(key);
  worker.stage = wait ? Stage::wait : Stage::erase;
}

void World::done_with_first(int key) {
  Worker& worker = workers_[at(key)];
  const int position = worker.batch.front();
  acknowledged_[at(position)] = true;
  watermark_.done(static_cast<std::uint64_t>(position - first_ticket_position_));
  worker.batch.erase(worker.batch.begin());
  open_first(key);
}

/// An earlier process may have sent a write of this key, and others, before it died.
void World::suspect(Worker& worker) {
  worker.late = true;
  if (planted(Plant::suspects_not_stored)) return;
  wary_ = true;
  for (Request& request : network_) request.known = true;
}

/// What has another change of the key behind it needs no write of its own.
void World::open_first(int key) {
  Worker& worker = workers_[at(key)];
  if (worker.idle()) return;
  const int position = worker.batch.front();
  if (window_.holds(position)) suspect(worker);
  const bool window = window_.superseded(key_of(key), position);
  const bool needless = worker.batch.size() > 1 || (window && !planted(Plant::replay_each_change));
  if (ours_to_write(key) && needless) return done_with_first(key);
  const Entry& entry = backward_log_[at(position)];
  worker.value.reset();
  if (entry.kind == ChangeKind::put) worker.value = entry.value;
  worker.stage = entry.kind == ChangeKind::restore ? Stage::read : first_stage(worker);
}

void World::store_checkpoint(bool stopping) {
  const int low = static_cast<int>(watermark_.low());
  const bool idle = watermark_.open() == 0;
  const int cursor = low + static_cast<int>(watermark_.open());
  stored_.offset = planted(Plant::checkpoint_at_cursor) ? cursor : low;
  stored_.clean = idle && (stopping || planted(Plant::idle_counts_as_clean));
  stored_.wary = wary_ || inherited_wary_;
  for (Request& request : network_) request.covered = request.covered || request.known;
  for (int position = 0; position < stored_.offset; ++position)
    if (!acknowledged_[at(position)])
      complain("I9 Checkpoint: it passed a write that is not acknowledged");
}

}  // namespace crossfade::protocol
