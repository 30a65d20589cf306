#include "common/state/restorer.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "tests/unit/async/run.h"

namespace crossfade::state {
namespace {

class RestorerTest : public testing::Test {
 protected:
  RestorerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "crossfade-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    eventlog::Options options;
    options.directory = folder_ / "log";
    options.min_free_bytes = 0;
    log =
        std::move(eventlog::EventLog::open(options, io.get_executor(), pool, clock, quiet)).value();
  }
  ~RestorerTest() override {
    log.reset();
    pool.join();
    std::filesystem::remove_all(folder_);
  }

  std::vector<Change> changes() {
    std::vector<Change> out;
    if (log->end() == log->usage().first) return out;
    const auto records = test::run(io, log->read(log->usage().first, 1 << 20)).value();
    for (const eventlog::Record& record : records) out.push_back(decode(record.bytes).value());
    return out;
  }

  boost::asio::io_context io;
  ThreadPool pool{1};
  SystemClock clock;
  Log quiet{LogLevel::off};
  std::unique_ptr<eventlog::EventLog> log;

 private:
  std::filesystem::path folder_;
};

TEST_F(RestorerTest, WhatIsAskedForIsDurableWhenItReturns) {
  Restorer restorer(*log);
  ASSERT_TRUE(test::run(io, restorer.ask({Key{"a"}, Key{"b"}}, 77)));
  const std::vector<Change> found = changes();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, ChangeKind::restore);
  EXPECT_EQ(found[0].key, Key{"a"});
  EXPECT_EQ(found[0].source_time_ms, 77);
  EXPECT_EQ(found[0].source, "") << "it says nothing about where the source stands";
  EXPECT_EQ(found[1].key, Key{"b"});
}

TEST_F(RestorerTest, AskingForNothingWritesNothing) {
  Restorer restorer(*log);
  ASSERT_TRUE(test::run(io, restorer.ask({}, 77)));
  EXPECT_TRUE(changes().empty());
}

}  // namespace
}  // namespace crossfade::state
