#include "common/async/task_group.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/async/run.h"

namespace crossfade {
namespace {

class TaskGroupTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  Stop root_{io_.get_executor()};
};

struct Counts {
  int ended = 0;
  int stopped_early = 0;
};

/// Goes on until asked to stop, then takes a moment to end, as a writer with a call in flight does.
Task<Result<void>> work_until_stopped(Stop& stop, Counts& counts) {
  Stop never(stop.executor());
  while (!stop.requested()) co_await stop.sleep(std::chrono::hours(1));
  co_await never.sleep(Milliseconds(5));
  ++counts.stopped_early;
  ++counts.ended;
  co_return Result<void>();
}

Task<Result<void>> fail_after(Stop& stop, Milliseconds delay, std::string message, Counts& counts) {
  co_await stop.sleep(delay);
  ++counts.ended;
  co_return fail(Fault::trimmed, std::move(message));
}

Task<Result<void>> succeed(Counts& counts) {
  ++counts.ended;
  co_return Result<void>();
}

Task<Result<void>> throw_at_once() {
  throw std::runtime_error("out of luck");
  co_return Result<void>();
}

Task<Result<void>> throw_a_number() {
  throw 42;
  co_return Result<void>();
}

Task<Result<void>> join_all_good(Stop& root, Counts& counts) {
  TaskGroup group(root);
  for (int i = 0; i < 3; ++i) group.start(succeed(counts));
  co_return co_await group.join();
}

TEST_F(TaskGroupTest, JoinsWhenAllHaveEnded) {
  Counts counts;
  EXPECT_TRUE(test::run(io_, join_all_good(root_, counts)));
  EXPECT_EQ(counts.ended, 3);
}

Task<Result<void>> join_nobody(Stop& root) {
  TaskGroup group(root);
  co_return co_await group.join();
}

TEST_F(TaskGroupTest, JoinsAtOnceWithoutMembers) {
  EXPECT_TRUE(test::run(io_, join_nobody(root_)));
}

Task<Result<void>> join_with_failures(Stop& root, Counts& counts) {
  TaskGroup group(root);
  group.start(work_until_stopped(group.stop(), counts));
  group.start(fail_after(group.stop(), Milliseconds(5), "first", counts));
  group.start(fail_after(group.stop(), Milliseconds(5000), "second", counts));
  group.start(work_until_stopped(group.stop(), counts));
  co_return co_await group.join();
}

TEST_F(TaskGroupTest, FirstErrorStopsTheSiblingsAndIsReturnedAfterAllHaveEnded) {
  Counts counts;
  const Result<void> result = test::run(io_, join_with_failures(root_, counts));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "first");
  EXPECT_EQ(result.error().fault, Fault::trimmed);
  EXPECT_EQ(counts.ended, 4);
  EXPECT_EQ(counts.stopped_early, 2);
  EXPECT_FALSE(root_.requested());
}

Task<Result<void>> join_thrower(Stop& root, Task<Result<void>> thrower, Counts& counts) {
  TaskGroup group(root);
  group.start(work_until_stopped(group.stop(), counts));
  group.start(std::move(thrower));
  co_return co_await group.join();
}

TEST_F(TaskGroupTest, ExceptionIsAnErrorOfTheGroup) {
  Counts counts;
  const Result<void> result = test::run(io_, join_thrower(root_, throw_at_once(), counts));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "unexpected exception: out of luck");
  EXPECT_EQ(counts.stopped_early, 1);
}

TEST_F(TaskGroupTest, ExceptionOfAnyTypeIsAnErrorOfTheGroup) {
  Counts counts;
  const Result<void> result = test::run(io_, join_thrower(root_, throw_a_number(), counts));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().next(), Next::stop_link);
  EXPECT_EQ(counts.stopped_early, 1);
}

Task<Result<void>> request_soon(Stop& stop) {
  Stop never(stop.executor());
  co_await never.sleep(Milliseconds(5));
  stop.request();
  co_return Result<void>();
}

Task<Result<void>> join_under_parent(Stop& root, Counts& counts) {
  TaskGroup group(root);
  group.start(work_until_stopped(group.stop(), counts));
  group.start(request_soon(root));
  co_return co_await group.join();
}

TEST_F(TaskGroupTest, StopOfTheParentEndsTheMembersWithoutAnError) {
  Counts counts;
  EXPECT_TRUE(test::run(io_, join_under_parent(root_, counts)));
  EXPECT_EQ(counts.stopped_early, 1);
}

}  // namespace
}  // namespace crossfade
