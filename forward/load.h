#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/async/task_group.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/dynamo/client.h"
#include "common/model/health.h"
#include "common/state/load_store.h"
#include "common/state/parked.h"
#include "forward/page_writer.h"
#include "forward/read_budget.h"

namespace crossfade::forward {

struct LoadOptions {
  std::string link;
  std::string table;
  std::string state_database;
  int segments = 8;  ///< as stored with the link: never changed once a load has begun
  int workers = 4;
  bool consistent_read = true;
  double read_units_per_second = 0;  ///< 0: no limit
  std::int64_t expected_items =
      0;  ///< DescribeTable's count, up to six hours old: for the bar only
};

struct LoadContext {
  dynamo::Client& client;
  const PageWriter& pages;
  mongo::Pool& mongo;
  ThreadPool& threads;
  Health& health;
  const Clock& clock;
  Random& random;
  Log& out;
};

/// The full load: a parallel scan, page by page straight into the collection, not through the event
/// log. Each segment stores its place after every page (majority), so a killed load goes on where
/// it was; a page that was written but not yet stored is written again, which changes nothing.
class Load {
 public:
  Load(LoadOptions options, LoadContext context, Stop& parent);

  /// Reads what earlier runs have copied; run() does so too.
  Task<Result<void>> recall();
  /// Returns when every segment is done, or the stop is requested.
  Task<Result<void>> run();
  bool done() const;
  /// Of the whole load, earlier runs included: what the target has acknowledged.
  std::int64_t items() const;
  double items_per_second() const;
  /// 0..1; 1 only when done.
  double fraction() const;
  double eta_seconds() const;

 private:
  Task<Result<void>> worker();
  Task<Result<void>> copy_segment(state::SegmentCheckpoint& segment);
  Task<Result<void>> copy_page(state::SegmentCheckpoint& segment);
  Task<Result<void>> pause_or_end(Error error, Milliseconds& pause);

  LoadOptions options_;
  LoadContext context_;
  TaskGroup workers_;
  ReadBudget budget_;
  state::LoadStore store_;
  std::vector<state::SegmentCheckpoint> segments_;
  std::size_t next_segment_ = 0;
  std::int64_t items_at_start_ = 0;
  std::int64_t started_ms_ = 0;
  std::int64_t ended_ms_ = 0;
};

}  // namespace crossfade::forward
