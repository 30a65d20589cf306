#include <fmt/core.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <span>

#include "common/async/task_group.h"
#include "common/base/random.h"
#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

struct Known {
  Position begin = 0;
  std::string bytes;
};

/// What the log must hold: all that was promised, then perhaps some of what was never answered.
struct Promise {
  std::vector<Known> kept;
  std::vector<std::string> unanswered;
  Position asked_to_collect = 0;
};

Task<Result<void>> append_into(EventLog& log, std::vector<std::string> records, Promise& promise) {
  std::vector<std::string> copy = records;
  Result<std::vector<Position>> positions = co_await log.append(std::move(copy));
  if (positions) {
    for (std::size_t i = 0; i < records.size(); ++i)
      promise.kept.push_back({(*positions)[i], records[i]});
  } else if (positions.error().outcome_unknown) {
    promise.unanswered.insert(promise.unanswered.end(), records.begin(), records.end());
  }
  co_return Result<void>();
}

Task<Result<void>> append_together(EventLog& log, std::vector<std::vector<std::string>> appends,
                                   Stop& stop, Promise& promise) {
  TaskGroup group(stop);
  for (auto& records : appends) group.start(append_into(log, std::move(records), promise));
  co_return co_await group.join();
}

/// A log that is used, killed and opened again, and the promise that it is held against.
class CrashRun {
 public:
  explicit CrashRun(std::uint64_t seed) : random_(seed) {
    options_.directory = "/log";
    options_.segment_bytes = 200 + below(400);
    options_.min_free_bytes = 0;
    options_.group_delay = Milliseconds(0);
    options_.retention = Milliseconds(0);
    options_.tail_bytes = static_cast<std::size_t>(below(3)) * 300;
    options_.files = disk_;
  }

  void run(int steps) {
    open_until_it_works();
    for (int step = 0; step < steps; ++step) {
      take_a_step();
      if (disk_->dead() || below(8) == 0) crash();
      check();
    }
  }

 private:
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_.bits() % static_cast<std::uint64_t>(limit));
  }

  void take_a_step() {
    const std::int64_t kind = below(20);
    if (kind < 7) disk_->cut_power_after(below(600));
    if (kind == 7) disk_->set_room(below(300));
    if (kind == 8) disk_->fail_next_writes(1);
    if (kind == 9) disk_->fail_sync_after(static_cast<int>(below(3)));
    if (kind == 10) disk_->fail_next_truncates(1);
    if (below(5) == 0) collect();
    append();
    disk_->set_room(test::FaultyDisk::kPlenty);
    disk_->fail_next_writes(0);
    disk_->fail_sync_after(-1);
    disk_->fail_next_truncates(0);
    if (!broken()) return;
    log_.reset();  // as the service does when a sync has failed: stop, start again
    if (!disk_->dead()) open_until_it_works();
  }

  bool broken() const { return !promise_.unanswered.empty(); }

  void append() {
    std::vector<std::vector<std::string>> appends;
    for (std::int64_t i = below(4); i >= 0; --i) {
      std::vector<std::string>& records = appends.emplace_back();
      for (std::int64_t j = below(3); j >= 0; --j)
        records.push_back(fmt::format("{}:{}", ++made_, std::string(below(120), 'x')));
    }
    Stop stop(io_.get_executor());
    const Result<void> done =
        crossfade::test::run(io_, append_together(*log_, std::move(appends), stop, promise_));
    RC_ASSERT(done.has_value());
  }

  void collect() {
    if (promise_.kept.empty()) return;
    const Position applied = promise_.kept[below(std::ssize(promise_.kept))].begin;
    promise_.asked_to_collect = std::max(promise_.asked_to_collect, applied);
    const Result<void> done = crossfade::test::run(io_, log_->collect(applied));
    RC_ASSERT(done.has_value() || disk_->dead() || done.error().fault == Fault::corrupt);
  }

  void crash() {
    log_.reset();
    disk_->restart([this](std::uint64_t limit) { return random_.bits() % limit; });
    open_until_it_works();
  }

  /// The power may also go while the log is being repaired.
  void open_until_it_works() {
    if (below(3) == 0) disk_->cut_power_after(below(200));
    while (true) {
      Result<std::unique_ptr<EventLog>> opened =
          EventLog::open(options_, io_.get_executor(), pool_, clock_, quiet_);
      if (opened) log_ = std::move(*opened);
      if (!disk_->dead()) {
        if (!opened) RC_FAIL(opened.error().message);
        disk_->cut_power_after(test::FaultyDisk::kPlenty);
        return accept_survivors();
      }
      log_.reset();
      disk_->restart([this](std::uint64_t limit) { return random_.bits() % limit; });
    }
  }

  std::vector<Known> read_all() {
    std::vector<Known> found;
    Position from = log_->usage().first;
    while (from < log_->end()) {
      const Result<std::vector<Record>> records =
          crossfade::test::run(io_, log_->read(from, static_cast<std::size_t>(below(500))));
      if (!records) RC_FAIL(records.error().message);
      for (const Record& record : *records) {
        RC_ASSERT(record.begin == from);
        from = record.end;
        found.push_back({record.begin, record.bytes});
      }
    }
    return found;
  }

  /// Unanswered appends may be there, from the first on; nothing else may.
  void accept_survivors() {
    const std::vector<Known> found = read_all();
    const std::size_t promised = not_collected().size();
    RC_ASSERT(found.size() >= promised);
    RC_ASSERT(found.size() <= promised + promise_.unanswered.size());
    for (std::size_t i = promised; i < found.size(); ++i) {
      RC_ASSERT(found[i].bytes == promise_.unanswered[i - promised]);
      promise_.kept.push_back(found[i]);
    }
    promise_.unanswered.clear();
    check();
  }

  /// A removed segment may be back after an outage, so nothing is forgotten here.
  std::span<const Known> not_collected() const {
    const Position first = log_->usage().first;
    RC_ASSERT(first <= promise_.asked_to_collect);
    const auto before = [](const Known& known, Position at) { return known.begin < at; };
    return {std::lower_bound(promise_.kept.begin(), promise_.kept.end(), first, before),
            promise_.kept.end()};
  }

  void check() {
    const std::span<const Known> expected = not_collected();
    const std::vector<Known> found = read_all();
    RC_ASSERT(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      RC_ASSERT(found[i].begin == expected[i].begin);
      RC_ASSERT(found[i].bytes == expected[i].bytes);
    }
  }

  Random random_;
  std::shared_ptr<test::FaultyDisk> disk_ = std::make_shared<test::FaultyDisk>();
  boost::asio::io_context io_;
  ManualClock clock_;
  Log quiet_{LogLevel::off};
  Options options_;
  ThreadPool pool_{1};
  std::unique_ptr<EventLog> log_;
  Promise promise_;
  int made_ = 0;
};

RC_GTEST_PROP(EventLogCrash, WhateverReturnedIsThereInOrderAndNothingIsInvented,
              (std::uint64_t seed)) {
  CrashRun run(seed);
  run.run(60);
}

class DamageProperty : public test::LogFixture {
 protected:
  std::vector<std::string> fill(int records) {
    reopen();
    std::vector<std::string> all;
    for (int i = 0; i < records; ++i) {
      all.push_back(fmt::format("{}:{}", i, std::string(30, 'x')));
      append_one(all.back());
    }
    log_.reset();
    return all;
  }

  /// What can be read from the first record on, up to the first error.
  std::vector<std::string> readable() {
    std::vector<std::string> found;
    Position from = 0;
    while (from < log_->end()) {
      const Result<std::vector<Record>> records = read(from, 100);
      if (!records) {
        EXPECT_EQ(records.error().fault, Fault::corrupt);
        EXPECT_THAT(records.error().message, testing::HasSubstr("is damaged at offset"));
        break;
      }
      for (const Record& record : *records) found.push_back(record.bytes);
      from = records->back().end;
    }
    return found;
  }
};

/// Every bit matters: a changed byte is refused or reported, or it ends the very last append.
TEST_F(DamageProperty, DamageOfAnyByteIsNeverReadAsARecord) {
  const std::vector<std::string> all = fill(16);
  const std::vector<std::string> paths = segments();
  ASSERT_GE(paths.size(), 3U);
  std::size_t refused = 0;
  for (const std::string& path : paths) {
    const std::string good = disk_->content(path);
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x55);
      disk_->set_content(path, bad);
      if (open()) {
        const std::vector<std::string> found = readable();
        ASSERT_LT(found.size(), all.size());
        for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], all[i]);
        if (path == paths.back()) ASSERT_EQ(found.size(), all.size() - 1) << path << " " << at;
      } else {
        ++refused;
      }
      log_.reset();
    }
    disk_->set_content(path, good);
  }
  EXPECT_GT(refused, 200U);
}

}  // namespace
}  // namespace crossfade::eventlog
