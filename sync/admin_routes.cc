#include "sync/admin_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>

#include "sync/metrics.h"
#include "sync/status_json.h"

namespace crossfade::sync {
namespace {

constexpr std::int64_t kLongestWait = 24LL * 3600 * 1000;
constexpr std::int64_t kLargestListing = 1000;

std::vector<std::string> segments_of(const boost::urls::url_view& url) {
  std::vector<std::string> segments;
  for (const auto segment : url.segments()) segments.push_back(segment);
  return segments;
}

std::string parameter(const boost::urls::url_view& url, std::string_view name) {
  const auto params = url.params();
  const auto found = params.find(name);
  return found == params.end() ? std::string() : std::string((*found).value);
}

std::optional<std::int64_t> number(const std::string& text, std::int64_t otherwise,
                                   std::int64_t most) {
  if (text.empty()) return otherwise;
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = fault == std::errc{} && end == text.data() + text.size();
  return good && value >= 0 && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<WaitFor> wait_for(const std::string& until) {
  if (until == "copied") return WaitFor::copied;
  if (until == "synced") return WaitFor::synced;
  if (until == "drained") return WaitFor::drained;
  return std::nullopt;
}

bool addressed_to_this_machine(std::string host) {
  if (const auto port = host.rfind(':'); port != std::string::npos && !host.ends_with(']')) {
    host.resize(port);
  }
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
  return host.empty() || host == "localhost" || host == "[::1]" ||
         (numeric && host.starts_with("127."));
}

std::string array_of(const Listing& listing, bool& truncated) {
  std::string out = "[";
  for (const std::string& document : listing.documents) {
    truncated = out.size() + document.size() > AdminRoutes::kListingBytes;
    if (truncated) break;
    if (out.size() > 1) out.push_back(',');
    out.append(document);
  }
  return out + "]";
}

class Counted {
 public:
  explicit Counted(int& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  int& count_;
};

}  // namespace

Task<AdminReply> AdminRoutes::answer(AdminRequest request) {
  if (request.method != "GET") co_return problem(405, "This endpoint only answers GET.");
  if (local_ && !addressed_to_this_machine(request.host)) {
    co_return problem(403, "This endpoint only answers requests addressed to this machine.");
  }
  std::string what;
  try {
    co_return co_await dispatch(std::move(request.target));
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return problem(500, what);
}

Task<AdminReply> AdminRoutes::dispatch(std::string target) {
  const auto parsed = boost::urls::parse_origin_form(target);
  if (!parsed) co_return problem(400, "The path cannot be read.");
  const boost::urls::url_view& url = *parsed;
  const std::vector<std::string> path = segments_of(url);
  const bool v1 = path.size() >= 2 && path[0] == "v1";
  if (path.size() == 1 && path[0] == "healthz") {
    co_return AdminReply{.body = R"({"status":"alive"})"};
  }
  if (path.size() == 1 && path[0] == "readyz") co_return readiness();
  if (path.size() == 1 && path[0] == "metrics") {
    co_return AdminReply{200, "text/plain; version=0.0.4; charset=utf-8",
                         metrics_page(view_.links(), view_.ready(), process_usage())};
  }
  if (v1 && path[1] == "links" && path.size() == 2) {
    co_return AdminReply{.body = to_json(view_.links())};
  }
  if (v1 && path[1] == "links" && path.size() == 3) co_return one_link(path[2]);
  if (v1 && path[1] == "links" && path.size() == 4 && path[3] == "wait") {
    co_return co_await wait(path[2], parameter(url, "until"), parameter(url, "timeout_ms"));
  }
  if (v1 && path.size() == 2 && (path[1] == "violations" || path[1] == "deadletters")) {
    co_return co_await listing(path[1], parameter(url, "link"), parameter(url, "limit"));
  }
  co_return problem(404, "There is nothing at this path.");
}

AdminReply AdminRoutes::readiness() const {
  if (view_.ready()) return {.body = R"({"status":"ready"})"};
  std::string reasons;
  for (const LinkStatus& link : view_.links()) {
    if (link.phase != "defined" && link.phase != "stopped") continue;
    reasons.append(fmt::format("{}{} is {}", reasons.empty() ? "" : "; ", link.name, link.phase));
    if (!link.reason.empty()) reasons.append(": " + link.reason);
  }
  return problem(503, reasons.empty() ? "The links are being set up." : reasons);
}

AdminReply AdminRoutes::one_link(const std::string& name) const {
  const std::vector<LinkStatus> links = view_.links();
  const auto found = std::ranges::find(links, name, &LinkStatus::name);
  if (found == links.end()) return problem(404, fmt::format("There is no link \"{}\".", name));
  return {.body = to_json(*found)};
}

Task<AdminReply> AdminRoutes::wait(std::string link, std::string until, std::string timeout_ms) {
  const auto what = wait_for(until);
  if (!what) co_return problem(400, "\"until\" must be copied, synced or drained.");
  const auto limit = number(timeout_ms, 60'000, kLongestWait);
  if (!limit) co_return problem(400, "\"timeout_ms\" must be a number up to one day.");
  if (waiters_ >= kWaiters) co_return problem(429, "Too many requests wait at the same time.");
  const Counted waiting(waiters_);
  const auto reached = co_await view_.wait(link, *what, Milliseconds(*limit));
  if (!reached) co_return problem(reached.error());
  co_return AdminReply{
      .body = fmt::format(R"({{"link":{},"until":"{}","reached":true}})", json_text(link), until)};
}

Task<AdminReply> AdminRoutes::listing(std::string name, std::string link, std::string limit) {
  const auto most = number(limit, 100, kLargestListing);
  if (!most) co_return problem(400, "\"limit\" must be a number up to 1000.");
  const int count = static_cast<int>(*most);
  auto found = name == "violations" ? co_await view_.violations(link, count)
                                    : co_await view_.dead_letters(link, count);
  if (!found) co_return problem(found.error());
  bool truncated = false;
  const std::string documents = array_of(*found, truncated);
  co_return AdminReply{
      .body = fmt::format(R"({{"{}":{},"truncated":{}}})", name, documents, truncated)};
}

}  // namespace crossfade::sync
