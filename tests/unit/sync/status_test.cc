#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "sync/status_json.h"
#include "sync/status_text.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(StatusJson, NamesWhatScriptsRelyOn) {
  const json link = json::parse(to_json(orders_link()));
  EXPECT_EQ(link["name"], "orders");
  EXPECT_EQ(link["phase"], "synced");
  EXPECT_EQ(link["reason"], "Both sides are in step.");
  EXPECT_EQ(
      link["load"],
      (json{
          {"items", 20'000}, {"items_per_second", 0.0}, {"fraction", 1.0}, {"eta_seconds", 0.0}}));
  EXPECT_EQ(link["forward"], (json{{"captured", 1234},
                                   {"applied", 1200},
                                   {"echoes_dropped", 56},
                                   {"behind", 34},
                                   {"lag_ms", 1500},
                                   {"lag_p50_ms", 80.5},
                                   {"lag_p99_ms", 210.0}}));
  EXPECT_EQ(link["backward"]["echoes_dropped"], 1200);
  EXPECT_EQ(link["violations"], 2);
  EXPECT_EQ(link["dead_letters"], 1);
  EXPECT_EQ(link["log_near_limit"], false);
}

TEST(StatusJson, ComesBackAsItWas) {
  LinkStatus carts;
  carts.name = "carts";
  carts.log_near_limit = true;
  carts.proving = ProvingStatus{20, 3, 1, "7 differs."};
  carts.canary = CanaryStatus{120, -1, 40, 1'700'000'000'000};
  const std::vector<LinkStatus> links = {orders_link(), carts};
  const auto again = links_from_json(to_json(links));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), 2U);
  EXPECT_EQ(to_json(*again), to_json(links));
  EXPECT_TRUE(again->at(1).log_near_limit);
  EXPECT_FALSE(again->at(0).proving);
  ASSERT_TRUE(again->at(1).proving);
  EXPECT_EQ(again->at(1).proving->oldest, "7 differs.");
  EXPECT_EQ(again->at(1).canary->backward_ms, -1);
  EXPECT_FALSE(json::parse(to_json(links[0])).contains("canary"));
}

TEST(StatusJson, OfAnotherVersionIsRead) {
  const auto links = links_from_json(R"({"links":[{"name":"a","new":{"x":1}}],"more":2})");
  ASSERT_TRUE(links);
  EXPECT_EQ(links->at(0).name, "a");
  EXPECT_EQ(links->at(0).violations, 0);
}

TEST(StatusJson, ThatIsNoneIsRefused) {
  for (const char* text :
       {"", "<html>", "{}", "[]", R"({"links":[{"name":7}]})", R"({"links":[{"load":1}]})"}) {
    const auto links = links_from_json(text);
    ASSERT_FALSE(links) << text;
    EXPECT_EQ(links.error().fault, Fault::corrupt);
  }
}

TEST(StatusJson, HoldsOnlyJson) {
  LinkStatus link;
  link.load.eta_seconds = std::numeric_limits<double>::infinity();
  link.forward.lag_p50_ms = std::numeric_limits<double>::quiet_NaN();
  link.reason = "broken \xff text";
  const json parsed = json::parse(to_json(link));
  EXPECT_EQ(parsed["load"]["eta_seconds"], 0.0);
  EXPECT_EQ(parsed["forward"]["lag_p50_ms"], 0.0);
}

TEST(StatusText, ShowsLinksAsATable) {
  EXPECT_EQ(to_text({orders_link()}),
            "orders: synced  (Orders <-> shop.orders)\n"
            "  Both sides are in step.\n"
            "  load      [##############################] 100 %  20,000 items\n"
            "               captured     applied      echoes      behind         lag       p50"
            "       p99            \n"
            "  forward         1,234       1,200          56          34       1.5 s     80 ms"
            "    210 ms            \n"
            "  backward           10          10       1,200           0        0 ms      0 ms"
            "      0 ms            \n"
            "  2 violations, 1 dead letters, event log 3.0 MiB\n");
}

TEST(StatusText, ShowsWhatWasComparedAndWhereTheCanaryIs) {
  LinkStatus link = orders_link();
  EXPECT_THAT(to_text({link}, {}), Not(HasSubstr("canary")));
  link.proving = ProvingStatus{12'345, 2, 1, "7 differs."};
  link.canary = CanaryStatus{120, -1, 2'500, 0};
  const std::string text = to_text({link}, {});
  EXPECT_THAT(text, HasSubstr("proving   12,345 keys compared, 2 waiting, 1 differ"));
  EXPECT_THAT(text, HasSubstr("the oldest: 7 differs."));
  EXPECT_THAT(text, HasSubstr("forward 120 ms, backward not yet, on its way for 2.5 s"));
}

TEST(StatusText, ShowsHowTheLoadGoes) {
  LinkStatus link;
  link.name = "a";
  link.load = {.items = 12'345, .items_per_second = 4321, .fraction = 0.5, .eta_seconds = 75};
  link.log_near_limit = true;
  const std::string text = to_text({link});
  EXPECT_THAT(text, HasSubstr("[###############...............]  50 %  12,345 items  4,321/s  "
                              "1 min 15 s left\n"));
  EXPECT_THAT(text, HasSubstr("NEAR ITS LIMIT"));
}

TEST(StatusText, ShowsRatesBetweenTwoLooks) {
  LinkStatus before = orders_link();
  before.forward.applied -= 400;
  const std::string text = to_text({orders_link()}, EarlierStatus{{before}, Milliseconds(2000)});
  EXPECT_THAT(text, HasSubstr("applied/s"));
  EXPECT_THAT(text, HasSubstr("200/s"));
  before.forward.applied = 9'000'000;
  EXPECT_THAT(to_text({orders_link()}, EarlierStatus{{before}, Milliseconds(2000)}),
              Not(HasSubstr("-8,9")));
}

TEST(StatusText, SpeaksInUnits) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(-1234567), "-1,234,567");
  EXPECT_EQ(as_duration(0), "0 ms");
  EXPECT_EQ(as_duration(1234), "1.2 s");
  EXPECT_EQ(as_duration(125'000), "2 min 5 s");
  EXPECT_EQ(as_duration(7'380'000), "2 h 3 min");
  EXPECT_EQ(as_bytes(0), "0 B");
  EXPECT_EQ(as_bytes(1536), "1.5 KiB");
  EXPECT_EQ(as_bytes(5LL << 30), "5.0 GiB");
}

}  // namespace
}  // namespace crossfade::sync
