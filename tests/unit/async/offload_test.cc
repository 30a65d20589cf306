#include "common/async/offload.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/async/task_group.h"
#include "tests/unit/async/run.h"

namespace crossfade {
namespace {

class OffloadTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  ThreadPool pool_{2};
};

struct Threads {
  std::thread::id work;
  std::thread::id after;
};

Task<Threads> note_threads(ThreadPool& pool) {
  auto work = [] { return std::this_thread::get_id(); };
  const std::thread::id worked = co_await offload(pool, work);
  co_return Threads{worked, std::this_thread::get_id()};
}

TEST_F(OffloadTest, WorksOnThePoolAndComesBack) {
  const Threads threads = test::run(io_, note_threads(pool_));
  EXPECT_NE(threads.work, std::this_thread::get_id());
  EXPECT_EQ(threads.after, std::this_thread::get_id());
}

Task<std::string> move_only_result(ThreadPool& pool) {
  auto work = [] { return std::make_unique<std::string>("carried over"); };
  const std::unique_ptr<std::string> carried = co_await offload(pool, work);
  co_return *carried;
}

TEST_F(OffloadTest, CarriesAResultThatCanOnlyBeMoved) {
  EXPECT_EQ(test::run(io_, move_only_result(pool_)), "carried over");
}

Task<Result<int>> failing_result(ThreadPool& pool) {
  auto work = []() -> Result<int> { return fail(Fault::conflict, "met another writer"); };
  co_return co_await offload(pool, work);
}

TEST_F(OffloadTest, CarriesAnError) {
  const Result<int> result = test::run(io_, failing_result(pool_));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::conflict);
}

Task<std::string> catch_what_work_throws(ThreadPool& pool) {
  auto work = []() -> int { throw std::runtime_error("thrown on the pool"); };
  std::string caught;
  try {
    co_await offload(pool, work);
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_return caught;
}

TEST_F(OffloadTest, ThrowsToItsCallerWhatTheWorkThrew) {
  EXPECT_EQ(test::run(io_, catch_what_work_throws(pool_)), "thrown on the pool");
}

Task<Result<void>> count_up(ThreadPool& pool, int& total) {
  for (int i = 0; i < 200; ++i) {
    auto work = [i] { return i % 2; };
    total += co_await offload(pool, work);
  }
  co_return Result<void>();
}

Task<Result<void>> count_together(ThreadPool& pool, Stop& stop, int& total) {
  TaskGroup group(stop);
  for (int i = 0; i < 8; ++i) group.start(count_up(pool, total));
  co_return co_await group.join();
}

TEST_F(OffloadTest, ManyCallersShareThePoolWithoutSharingData) {
  Stop root(io_.get_executor());
  int total = 0;
  EXPECT_TRUE(test::run(io_, count_together(pool_, root, total)));
  EXPECT_EQ(total, 800);
}

struct OnDestruction {
  explicit OnDestruction(std::thread::id& where) : where_(&where) {}
  OnDestruction(const OnDestruction&) = delete;
  ~OnDestruction() { *where_ = std::this_thread::get_id(); }
  std::thread::id* where_;
};

Task<int> hold_over_offload(ThreadPool& pool, std::thread::id& destroyed_on) {
  const OnDestruction held(destroyed_on);
  auto work = [] { return 1; };
  co_return co_await offload(pool, work);
}

TEST_F(OffloadTest, TheCoroutineEndsOnItsOwnThread) {
  for (int i = 0; i < 200; ++i) {
    std::thread::id destroyed_on;
    EXPECT_EQ(test::run(io_, hold_over_offload(pool_, destroyed_on)), 1);
    EXPECT_EQ(destroyed_on, std::this_thread::get_id());
  }
}

}  // namespace
}  // namespace crossfade
