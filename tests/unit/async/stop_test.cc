#include "common/async/stop.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/async/task_group.h"
#include "tests/unit/async/run.h"

namespace crossfade {
namespace {

constexpr Milliseconds kForEver = Milliseconds::max();

class StopTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  Stop root_{io_.get_executor()};
  SystemClock clock_;
};

TEST_F(StopTest, GoesDownTheTreeAndNeverUp) {
  Stop child(root_);
  Stop sibling(root_);
  Stop grandchild(child);
  child.request();
  EXPECT_TRUE(child.requested());
  EXPECT_TRUE(grandchild.requested());
  EXPECT_FALSE(sibling.requested());
  EXPECT_FALSE(root_.requested());
  root_.request();
  EXPECT_TRUE(sibling.requested());
}

TEST_F(StopTest, IsInheritedByAChildMadeLater) {
  root_.request();
  const Stop child(root_);
  EXPECT_TRUE(child.requested());
}

TEST_F(StopTest, ForgetsAChildThatHasEnded) {
  {
    Stop child(root_);
  }
  root_.request();
  EXPECT_TRUE(root_.requested());
}

Task<Result<void>> sleep_until_stopped(Stop& stop, bool& ended) {
  co_await stop.sleep(kForEver);
  ended = true;
  co_return Result<void>();
}

Task<Result<void>> request_soon(Stop& stop) {
  Stop never(stop.executor());
  co_await never.sleep(Milliseconds(5));
  stop.request();
  co_return Result<void>();
}

Task<Result<void>> stop_sleepers(Stop& root, bool& first, bool& second) {
  Stop child(root);
  TaskGroup group(root);
  group.start(sleep_until_stopped(root, first));
  group.start(sleep_until_stopped(child, second));
  group.start(request_soon(root));
  co_return co_await group.join();
}

TEST_F(StopTest, EndsEverySleepBelowIt) {
  bool first = false;
  bool second = false;
  EXPECT_TRUE(test::run(io_, stop_sleepers(root_, first, second)));
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
}

Task<std::int64_t> timed_sleep(Stop& stop, const Clock& clock, Milliseconds duration) {
  const std::int64_t start = clock.steady_ms();
  co_await stop.sleep(duration);
  co_return clock.steady_ms() - start;
}

TEST_F(StopTest, SleepsAsLongAsAsked) {
  EXPECT_GE(test::run(io_, timed_sleep(root_, clock_, Milliseconds(20))), 19);
}

TEST_F(StopTest, DoesNotSleepOnceRequested) {
  root_.request();
  EXPECT_LT(test::run(io_, timed_sleep(root_, clock_, kForEver)), 1000);
}

struct Waits {
  Signal& signal;
  Stop& stop;
  std::vector<int> woken;
};

Task<Result<void>> wait_for_signal(Waits& waits, int who, Milliseconds limit) {
  co_await waits.signal.wait(waits.stop, limit);
  waits.woken.push_back(who);
  co_return Result<void>();
}

Task<Result<void>> notify_twice(Waits& waits) {
  Stop never(waits.stop.executor());
  co_await never.sleep(Milliseconds(5));
  waits.signal.notify();
  waits.signal.notify();
  co_return Result<void>();
}

Task<Result<void>> wait_together(Waits& waits) {
  TaskGroup group(waits.stop);
  group.start(wait_for_signal(waits, 1, kForEver));
  group.start(wait_for_signal(waits, 2, kForEver));
  group.start(notify_twice(waits));
  co_return co_await group.join();
}

TEST_F(StopTest, SignalWakesEveryWaiterOnce) {
  Signal signal(io_.get_executor());
  Waits waits{signal, root_, {}};
  EXPECT_TRUE(test::run(io_, wait_together(waits)));
  EXPECT_EQ(waits.woken, (std::vector<int>{1, 2}));
}

TEST_F(StopTest, SignalGivenBeforeTheWaitDoesNotCount) {
  Signal signal(io_.get_executor());
  Waits waits{signal, root_, {}};
  signal.notify();
  const std::int64_t start = clock_.steady_ms();
  EXPECT_TRUE(test::run(io_, wait_for_signal(waits, 1, Milliseconds(20))));
  EXPECT_GE(clock_.steady_ms() - start, 19);
}

Task<Result<void>> wait_and_stop(Waits& waits) {
  TaskGroup group(waits.stop);
  group.start(wait_for_signal(waits, 1, kForEver));
  group.start(request_soon(waits.stop));
  co_return co_await group.join();
}

TEST_F(StopTest, SignalWaitEndsWithTheStop) {
  Signal signal(io_.get_executor());
  Waits waits{signal, root_, {}};
  EXPECT_TRUE(test::run(io_, wait_and_stop(waits)));
  EXPECT_EQ(waits.woken, std::vector<int>{1});
  EXPECT_TRUE(test::run(io_, wait_for_signal(waits, 2, kForEver)));
}

}  // namespace
}  // namespace crossfade
