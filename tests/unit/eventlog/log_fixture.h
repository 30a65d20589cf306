#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "common/eventlog/event_log.h"
#include "tests/unit/async/run.h"
#include "tests/unit/eventlog/faulty_disk.h"

namespace crossfade::eventlog::test {

/// A log on a disk in memory, and what a test needs around it.
class LogFixture : public testing::Test {
 protected:
  LogFixture() {
    options_.directory = "/log";
    options_.segment_bytes = 400;
    options_.min_free_bytes = 0;
    options_.group_delay = Milliseconds(0);
    options_.files = disk_;
  }

  Result<void> open() {
    log_.reset();
    Result<std::unique_ptr<EventLog>> opened =
        EventLog::open(options_, io_.get_executor(), pool_, clock_, quiet_);
    if (!opened) return opened.error();
    log_ = std::move(*opened);
    return {};
  }
  /// As a fresh process would, nothing in memory.
  void reopen() {
    const Result<void> opened = open();
    if (!opened) throw std::runtime_error(opened.error().message);
  }

  Result<std::vector<Position>> append(std::vector<std::string> records) {
    return crossfade::test::run(io_, log_->append(std::move(records)));
  }
  Position append_one(std::string record) {
    const Result<std::vector<Position>> positions = append({std::move(record)});
    EXPECT_TRUE(positions) << positions.error().message;
    return positions ? positions->front() : -1;
  }
  Result<std::vector<Record>> read(Position from, std::size_t max_bytes) {
    return crossfade::test::run(io_, log_->read(from, max_bytes));
  }
  Result<void> collect(Position applied) {
    return crossfade::test::run(io_, log_->collect(applied));
  }
  std::vector<std::string> read_all(std::size_t max_bytes = 1000) {
    std::vector<std::string> found;
    Position from = log_->usage().first;
    while (from < log_->end()) {
      Result<std::vector<Record>> records = read(from, max_bytes);
      EXPECT_TRUE(records) << records.error().message;
      if (!records) break;
      for (Record& record : *records) found.push_back(std::move(record.bytes));
      from = records->back().end;
    }
    return found;
  }
  std::vector<std::string> segments() const {
    std::vector<std::string> found;
    for (const std::string& path : disk_->paths())
      if (path.ends_with(".log")) found.push_back(path);
    return found;
  }

  std::shared_ptr<FaultyDisk> disk_ = std::make_shared<FaultyDisk>();
  boost::asio::io_context io_;
  ManualClock clock_;
  Log quiet_{LogLevel::off};
  Options options_;
  ThreadPool pool_{2};
  std::unique_ptr<EventLog> log_;
};

}  // namespace crossfade::eventlog::test
