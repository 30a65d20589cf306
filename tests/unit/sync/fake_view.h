#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "common/async/stop.h"
#include "sync/status.h"

namespace crossfade::sync {

/// A service that says what a test told it to say.
class FakeView final : public ServiceView {
 public:
  std::vector<LinkStatus> links() const override { return links_told; }
  bool ready() const override { return ready_told; }

  Task<Result<void>> wait(std::string link, WaitFor what, Milliseconds limit) override {
    waits.push_back({std::move(link), what, limit});
    if (stop != nullptr) co_await stop->sleep(wait_takes);
    co_return wait_told;
  }
  Task<Result<Listing>> violations(std::string link, int limit) override {
    if (stop != nullptr) co_await stop->sleep(listing_takes);
    co_return listed(std::move(link), limit);
  }
  Task<Result<Listing>> dead_letters(std::string link, int limit) override {
    co_return listed(std::move(link), limit);
  }
  Task<Result<std::string>> violation(std::string id) override {
    co_return "{\"_id\":\"" + id + "\",\"link\":\"" + violation_link + "\"}";
  }
  Task<Result<std::string>> resolve(Resolution resolution) override {
    resolutions.push_back(std::move(resolution));
    co_return resolve_told;
  }

  struct Wait {
    std::string link;
    WaitFor what;
    Milliseconds limit;
  };

  std::vector<LinkStatus> links_told;
  bool ready_told = true;
  Result<void> wait_told;
  Stop* stop = nullptr;
  Milliseconds wait_takes{0};
  Milliseconds listing_takes{0};
  std::vector<Wait> waits;
  std::string document_padding;
  std::string violation_link;
  std::vector<Resolution> resolutions;
  Result<std::string> resolve_told = std::string("The image of one side holds.");

 private:
  Result<Listing> listed(const std::string& link, int limit) const {
    if (link == "unknown") return fail(Fault::not_found, "There is no link \"unknown\".");
    if (link == "down") return fail(Fault::unavailable, "MongoDB does not answer.");
    Listing listing;
    for (int number = 0; number < std::min(limit, 3); ++number) {
      listing.documents.push_back("{\"_id\":\"" + std::to_string(number) + "\",\"link\":\"" + link +
                                  "\",\"mongodb\":{\"text\":\"" + document_padding + "\"}}");
    }
    return listing;
  }
};

inline LinkStatus orders_link() {
  LinkStatus link;
  link.name = "orders";
  link.table = "Orders";
  link.collection = "shop.orders";
  link.phase = "synced";
  link.reason = "Both sides are in step.";
  link.load = {.items = 20'000, .items_per_second = 0, .fraction = 1, .eta_seconds = 0};
  link.forward = {.captured = 1234,
                  .applied = 1200,
                  .echoes_dropped = 56,
                  .behind = 34,
                  .lag_ms = 1500,
                  .lag_p50_ms = 80.5,
                  .lag_p99_ms = 210};
  link.backward = {.captured = 10, .applied = 10, .echoes_dropped = 1200};
  link.violations = 2;
  link.dead_letters = 1;
  link.log_bytes = 3 << 20;
  return link;
}

}  // namespace crossfade::sync
