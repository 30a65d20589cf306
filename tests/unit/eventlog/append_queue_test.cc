#include "common/eventlog/append_queue.h"

#include <gmock/gmock.h>

#include "common/async/task_group.h"
#include "tests/unit/async/run.h"

namespace crossfade::eventlog {
namespace {

using testing::ElementsAre;

/// Takes a while for a group and notes what was in it.
class SlowSink final : public GroupSink {
 public:
  SlowSink(Executor executor, Milliseconds takes) : never_(executor), takes_(takes) {}

  Task<void> write_group(std::vector<Append*> group) override {
    began_ms.push_back(clock_.steady_ms());
    co_await never_.sleep(takes_);
    std::string names;
    for (Append* append : group) {
      names += append->records.front().substr(0, 1);
      append->outcome = std::vector<Position>{next_++};
    }
    groups.push_back(names);
  }

  std::vector<std::string> groups;
  std::vector<std::int64_t> began_ms;

 private:
  Stop never_;
  Milliseconds takes_;
  SystemClock clock_;
  Position next_ = 0;
};

class AppendQueueTest : public testing::Test {
 protected:
  AppendQueue queue(AppendQueue::Limits limits) {
    return {io_.get_executor(), clock_, limits, sink_};
  }

  boost::asio::io_context io_;
  SystemClock clock_;
  Stop root_{io_.get_executor()};
  SlowSink sink_{io_.get_executor(), Milliseconds(5)};
};

struct Appender {
  AppendQueue& queue;
  std::string record;
  int times = 1;
  Milliseconds before{0};
};

Task<Result<void>> append_times(Appender appender, Stop& stop) {
  co_await stop.sleep(appender.before);
  for (int i = 0; i < appender.times; ++i) {
    std::vector<std::string> records = {appender.record};
    const Result<std::vector<Position>> positions =
        co_await appender.queue.append(std::move(records));
    if (!positions) co_return positions.error();
  }
  co_return Result<void>();
}

Task<Result<void>> append_all(std::vector<Appender> appenders, Stop& stop) {
  TaskGroup group(stop);
  for (const Appender& appender : appenders) group.start(append_times(appender, group.stop()));
  co_return co_await group.join();
}

TEST_F(AppendQueueTest, FirstGoesAtOnceAndThoseBehindItGoTogether) {
  AppendQueue queue = this->queue({});
  const std::vector<Appender> appenders = {{queue, "a"}, {queue, "b"}, {queue, "c"}, {queue, "d"}};
  ASSERT_TRUE(crossfade::test::run(io_, append_all(appenders, root_)));
  EXPECT_THAT(sink_.groups, ElementsAre("a", "bcd"));
}

TEST_F(AppendQueueTest, GroupIsBoundedInBytesButTakesOneOfAnySize) {
  AppendQueue queue = this->queue({.group_bytes = 10});
  const std::vector<Appender> appenders = {{queue, "a"},
                                           {queue, "bbbbbb"},
                                           {queue, "cccc"},
                                           {queue, "d"},
                                           {queue, "eeeeeeeeeeeeeeeeeeee"},
                                           {queue, "f"}};
  ASSERT_TRUE(crossfade::test::run(io_, append_all(appenders, root_)));
  EXPECT_THAT(sink_.groups, ElementsAre("a", "bc", "d", "e", "f"));
}

TEST_F(AppendQueueTest, OneAfterAnotherNeverWaitsForCompany) {
  AppendQueue queue = this->queue({.delay = std::chrono::seconds(2)});
  const std::int64_t start = clock_.steady_ms();
  ASSERT_TRUE(crossfade::test::run(io_, append_all({{queue, "a", 5}}, root_)));
  EXPECT_THAT(sink_.groups, ElementsAre("a", "a", "a", "a", "a"));
  EXPECT_LT(clock_.steady_ms() - start, 2000);
}

TEST_F(AppendQueueTest, GroupBehindAnotherBeginsAfterTheDelay) {
  AppendQueue queue = this->queue({.delay = Milliseconds(60)});
  const std::vector<Appender> appenders = {
      {queue, "a"}, {queue, "b"}, {queue, "c", 1, Milliseconds(15)}};
  ASSERT_TRUE(crossfade::test::run(io_, append_all(appenders, root_)));
  EXPECT_THAT(sink_.groups, ElementsAre("a", "bc"));
  EXPECT_GE(sink_.began_ms[1] - sink_.began_ms[0], 60);
}

TEST_F(AppendQueueTest, EveryoneIsServedUnderLoad) {
  AppendQueue queue = this->queue({.group_bytes = 3});
  std::vector<Appender> appenders;
  for (int i = 0; i < 10; ++i) appenders.push_back({queue, std::string(1, 'x'), 5});
  ASSERT_TRUE(crossfade::test::run(io_, append_all(appenders, root_)));
  std::size_t served = 0;
  for (const std::string& group : sink_.groups) served += group.size();
  EXPECT_EQ(served, 50U);
}

}  // namespace
}  // namespace crossfade::eventlog
