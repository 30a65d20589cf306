#include "sync/event_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/run_to_end.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class EventBusTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  EventBus bus_{"life", io_.get_executor()};
};

TEST_F(EventBusTest, TellsWhatHappensFromNowOn) {
  bus_.publish("transition", R"({"n":1})");
  std::int64_t place = bus_.place_after("");
  EXPECT_EQ(bus_.text_from(place), "");
  bus_.publish("transition", R"({"n":2})");
  bus_.publish("violation", "{\n\"n\":3}");
  EXPECT_EQ(bus_.text_from(place),
            "id: life-2\nevent: transition\ndata: {\"n\":2}\n\n"
            "id: life-3\nevent: violation\ndata: {\"n\":3}\n\n");
  EXPECT_EQ(bus_.text_from(place), "");
}

TEST_F(EventBusTest, GoesOnBehindTheLastOneSeen) {
  for (int number = 1; number <= 3; ++number) bus_.publish("guard", std::to_string(number));
  std::int64_t place = bus_.place_after("life-1");
  EXPECT_EQ(bus_.text_from(place),
            "id: life-2\nevent: guard\ndata: 2\n\nid: life-3\nevent: guard\ndata: 3\n\n");
  place = bus_.place_after("life-3");
  EXPECT_EQ(bus_.text_from(place), "");
}

TEST_F(EventBusTest, SaysThatSomeAreMissing) {
  bus_.publish("guard", "1");
  for (const char* id : {"other-1", "life-2", "life-0", "life-x", "life-1x", "life-", "1"}) {
    std::int64_t place = bus_.place_after(id);
    const std::string text = bus_.text_from(place);
    EXPECT_THAT(text, StartsWith("event: gap\ndata: {")) << id;
    EXPECT_THAT(text, HasSubstr("id: life-1\n")) << id;
  }
}

TEST_F(EventBusTest, KeepsNoMoreThanItsBytes) {
  std::int64_t slow = bus_.place_after("");
  const std::string large(EventBus::kMostEvent, 'x');
  const std::size_t count = 2 * EventBus::kMostBytes / large.size();
  for (std::size_t number = 0; number < count; ++number) bus_.publish("guard", large);
  std::size_t bytes = 0;
  std::string text = bus_.text_from(slow);
  EXPECT_THAT(text, StartsWith("event: gap\n"));
  for (; !text.empty(); text = bus_.text_from(slow)) {
    EXPECT_LT(text.size(), 100U << 10);
    bytes += text.size();
  }
  EXPECT_LE(bytes, EventBus::kMostBytes + (64U << 10));
  EXPECT_GT(bytes, EventBus::kMostBytes / 2);
}

TEST_F(EventBusTest, TellsThatAnEventWasTooLong) {
  std::int64_t place = bus_.place_after("");
  bus_.publish("violation", std::string(EventBus::kMostEvent + 1, 'x'));
  EXPECT_THAT(bus_.text_from(place), HasSubstr("too long"));
}

TEST_F(EventBusTest, AFeedWaitsAndEndsAtTheStop) {
  int listeners = 0;
  Stop stop(io_.get_executor());
  std::string told = "nothing";
  {
    EventFeed feed(listeners, bus_, "");
    EXPECT_EQ(listeners, 1);
    boost::asio::co_spawn(io_, feed.next(stop),
                          [&](std::exception_ptr, std::string text) { told = std::move(text); });
    io_.poll();
    EXPECT_EQ(told, "nothing");
    bus_.publish("guard", "1");
    io_.run();
    EXPECT_EQ(told, "id: life-1\nevent: guard\ndata: 1\n\n");
    stop.request();
    EXPECT_EQ(run_to_end(io_, feed.next(stop)), "");
  }
  EXPECT_EQ(listeners, 0);
}

}  // namespace
}  // namespace crossfade::sync
