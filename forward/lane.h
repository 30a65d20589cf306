#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/backoff.h"
#include "forward/apply.h"

namespace crossfade::forward {

/// One lane: the keys whose hash modulo the lane count is its number.
class Lane {
 public:
  Lane(Apply& apply, int number);

  Task<Result<void>> open();
  Task<Result<void>> run(Stop& stop);
  /// Everything of this lane before it is applied; may be ahead of the stored checkpoint by records
  /// of others.
  eventlog::Position cursor() const { return cursor_; }
  eventlog::Position stored() const { return stored_.offset; }
  bool owns(std::string_view record) const;

 private:
  Task<Result<void>> pause_or_end(Error error, Stop& stop);
  Task<Result<void>> apply_next(Stop& stop);
  Task<Result<std::optional<BatchPlan>>> plan_next(eventlog::Position& end);
  Task<Result<LaneBatch>> prepare_batch(const BatchPlan& plan, eventlog::Position end);
  Task<Result<void>> add_step(const Step& step, LaneBatch& batch);
  Task<Result<void>> add_restore(const Step& step, LaneBatch& batch);
  Task<Result<void>> add_violation(const Step& step, LaneBatch& batch);
  Task<Result<void>> add_straggler(const Step& step, LaneBatch& batch);
  Task<Result<std::optional<std::string>>> read_document(const Key& key);
  Task<Result<void>> wait_for_more(Stop& stop);
  Task<Result<void>> store_lazily(eventlog::Position end);
  Task<Result<void>> store_cursor();
  Task<Result<void>> write(LaneBatch& batch, Stop& stop);
  state::Violation violation_of(const Step& step) const;
  Result<Expectation> expectation_of(const Key& key, std::optional<std::string> document) const;
  void settled(const Change& change, const LaneBatch& batch);
  DocumentWrite write_of(const Key& key, std::string document, eventlog::Position position) const;
  std::string with_marker(std::string document) const;

  Apply& apply_;
  int number_;
  std::optional<LaneWriter> writer_;
  state::LaneCheckpoint stored_;
  eventlog::Position cursor_ = 0;
};

}  // namespace crossfade::forward
