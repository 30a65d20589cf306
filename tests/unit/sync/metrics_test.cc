#include "sync/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::Not;

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

TEST(Metrics, TellEveryLinkAndDirection) {
  LinkStatus carts;
  carts.name = "carts";
  carts.phase = "stopped";
  carts.proving = ProvingStatus{20, 3, 1, ""};
  carts.canary = CanaryStatus{120, 80, 0, 1};
  const std::string page =
      metrics_page({orders_link(), carts}, false, {.resident_bytes = 4096, .cpu_seconds = 1.5});
  const std::set<std::string> lines = lines_of(page);
  for (
      const char* line : {
          "# TYPE crossfade_changes_captured_total counter",
          R"(crossfade_changes_captured_total{link="orders",direction="forward"} 1234)",
          R"(crossfade_changes_applied_total{link="orders",direction="forward"} 1200)",
          R"(crossfade_echoes_dropped_total{link="orders",direction="backward"} 1200)",
          "# TYPE crossfade_lag_seconds gauge",
          R"(crossfade_changes_behind{link="orders",direction="forward"} 34)",
          R"(crossfade_lag_seconds{link="orders",direction="forward"} 1.5)",
          R"(crossfade_apply_latency_seconds{link="orders",direction="forward",quantile="0.99"} 0.21)",
          R"(crossfade_load_items_total{link="orders"} 20000)",
          R"(crossfade_load_ratio{link="orders"} 1)",
          R"(crossfade_keys_compared_total{link="carts"} 20)",
          R"(crossfade_keys_waiting{link="carts"} 3)",
          R"(crossfade_mismatches{link="carts"} 1)",
          R"(crossfade_canary_seconds{link="carts",direction="backward"} 0.08)",
          R"(crossfade_violations{link="orders"} 2)",
          R"(crossfade_dead_letters{link="orders"} 1)",
          R"(crossfade_event_log_bytes{link="orders"} 3145728)",
          R"(crossfade_event_log_near_limit{link="carts"} 0)",
          R"(crossfade_link_phase{link="orders",phase="synced"} 1)",
          R"(crossfade_link_phase{link="orders",phase="stopped"} 0)",
          R"(crossfade_link_phase{link="carts",phase="stopped"} 1)",
          "crossfade_ready 0",
          "process_resident_memory_bytes 4096",
          "process_cpu_seconds_total 1.5",
      }) {
    EXPECT_TRUE(lines.contains(line)) << line << " is not in\n" << page;
  }
  EXPECT_THAT(page, Not(HasSubstr(R"(crossfade_mismatches{link="orders"})")));
  EXPECT_THAT(page, HasSubstr("crossfade_build_info{version=\""));
}

TEST(Metrics, EscapeWhatTheyMust) {
  LinkStatus link;
  link.name = "a\"b";
  EXPECT_THAT(metrics_page({link}, true, {}), HasSubstr(R"(crossfade_violations{link="a\"b"} 0)"));
}

TEST(Metrics, KnowTheProcess) {
  const ProcessUsage usage = process_usage();
  EXPECT_GT(usage.resident_bytes, 1 << 20);
  EXPECT_GT(usage.cpu_seconds, 0);
}

}  // namespace
}  // namespace crossfade::sync
