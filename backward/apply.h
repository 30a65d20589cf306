#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "backward/apply_context.h"
#include "backward/coalesce.h"
#include "backward/settler.h"
#include "backward/watermark.h"
#include "common/async/task_group.h"
#include "common/state/checkpoints.h"

namespace crossfade::backward {

/// Applies the backward log to DynamoDB, many keys at once, each key in order; waiting changes of
/// one key are coalesced to the last. The checkpoint follows the first record that is not done, so
/// a crash repeats at most what was in flight or not yet stored as done. Of that only the last
/// change of each key is written again, and the guard of every write makes the repetition harmless.
///
/// It can be held at a barrier. Being held is not stored, and a crash meanwhile is nothing special:
/// a new process applies nothing before it knows the group's rules, and what it then applies begins
/// at the checkpoint, which a hold that succeeded has left at the barrier.
class Apply {
 public:
  Apply(ApplyOptions options, ApplyContext context, Stop& parent);

  /// Opens the checkpoint and counts what waits in the log.
  Task<Result<void>> prepare();
  Task<Result<void>> run();
  eventlog::Position applied() const { return watermark_.low(); }
  eventlog::Position stored() const { return stored_.offset; }
  /// Returns when everything before `position` is applied; Fault::stopped when either is stopped
  /// before that.
  Task<Result<void>> reach(eventlog::Position position, Stop& stop);

  /// No record at or beyond `barrier`, an end of the log, is applied; a later call may move it on.
  void hold(eventlog::Position barrier);
  /// Returns when everything before the barrier is applied and the checkpoint is stored there;
  /// Fault::stopped when either is stopped before that.
  Task<Result<void>> settle(Stop& stop);
  /// Instead of settle() when MongoDB is gone: returns when what needs no MongoDB is applied up to
  /// the barrier, and the position before which everything is done. The rest (violations, dead
  /// letters, restores) goes on being tried. No checkpoint is stored, none limits its lead.
  Task<Result<eventlog::Position>> strand(Stop& stop);
  /// Harmless when nothing is held.
  void release();

 private:
  static constexpr eventlog::Position kFree = kPresent;

  struct Pending {
    Change change;
    std::int64_t position;
    std::uint64_t ticket;
    std::size_t bytes;
  };

  Task<Result<void>> count_waiting();
  Task<Result<void>> await(std::function<bool()> reached, Stop& stop);
  eventlog::Position limit() const { return std::min(barrier_, context_.log.end()); }
  Task<Result<void>> dispatch();
  bool full() const;
  Task<void> wait_for_room();
  void enqueue(Pending pending);
  Task<Result<void>> work_key(std::string key);
  Task<Result<void>> work_all(std::deque<Pending> batch);
  bool superseded(const std::deque<Pending>& batch, std::size_t which) const;
  bool said_again(const std::string& key) const;
  Task<Result<void>> apply_until_done(const Pending& pending);
  Task<Result<void>> apply_one(const Pending& pending);
  Task<Result<void>> write(const Change& change, std::int64_t position);
  Task<Result<void>> restore(const Key& key, std::int64_t position);
  Task<Result<void>> violation(const Pending& pending);
  Task<Result<void>> ask_restore(const Key& key);
  Task<Result<void>> park(const Pending& pending, std::string reason);
  Task<Result<std::optional<std::string>>> read_document(const Key& key);
  void done(const Pending& pending);
  Task<Result<void>> keep_checkpoint();
  Task<Result<void>> store_checkpoint(bool clean);

  ApplyOptions options_;
  ApplyContext context_;
  TaskGroup group_;
  Signal moved_;
  state::Checkpoints checkpoints_;
  state::Parked parked_;
  state::LaneCheckpoint stored_;
  eventlog::Position in_doubt_ = 0;  ///< the furthest of the checkpoints whose reply was lost
  Watermark watermark_{0};
  eventlog::Position cursor_ = 0;
  std::map<std::string, std::deque<Pending>> queues_;  ///< by key; present while a worker is at it
  std::size_t pending_bytes_ = 0;
  ReplayWindow window_;
  std::uint64_t stored_ticket_ = 0;    ///< tickets before it are behind the stored checkpoint
  std::int64_t suspect_until_ms_ = 0;  ///< what the process before has sent may land until then
  eventlog::Position barrier_ = kFree;
  Signal checkpoint_due_;
  MongoCalls mongo_calls_;
  Settler settler_;
  bool stranded_ = false;
};

}  // namespace crossfade::backward
