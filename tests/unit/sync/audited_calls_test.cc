#include "sync/audited_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/async/stop.h"
#include "sync/run_to_end.h"

namespace crossfade::sync {
namespace {

using control::AuditEntry;
using nlohmann::json;
using testing::HasSubstr;

/// An audit whose store can be told to be away.
class FlakyAudit final : public Audit {
 public:
  Task<Result<void>> begin(AuditEntry entry) override {
    if (away) co_return gone();
    co_return co_await inner.begin(std::move(entry));
  }
  Task<Result<void>> finish(AuditEntry entry) override {
    if (away_at_the_end) co_return gone();
    co_return co_await inner.finish(std::move(entry));
  }
  Task<Result<std::optional<AuditEntry>>> lookup(std::string group, std::string id) override {
    return inner.lookup(std::move(group), std::move(id));
  }
  Task<Result<std::vector<AuditEntry>>> newest(std::string group, int limit) override {
    return inner.newest(std::move(group), limit);
  }

  MemoryAudit inner;
  bool away = false;
  bool away_at_the_end = false;

 private:
  static Error gone() { return fail(Fault::unavailable, "The control table does not answer."); }
};

class AuditedCallsTest : public testing::Test {
 protected:
  static AdminRequest request(const std::string& key, const std::string& body = R"({"a":1})") {
    AdminRequest out{"POST", "/v1/groups/shop/ramp", "localhost"};
    out.body = body;
    out.from = "127.0.0.1";
    out.idempotency_key = key;
    return out;
  }
  static Change change() { return {"shop", "anna@desk", "ramp --to 10", "first"}; }

  Task<Changed> work() {
    ++runs_;
    if (throws_) throw std::runtime_error("a bug");
    if (takes_ != nullptr) co_await takes_->sleep(std::chrono::hours(1));
    Changed out;
    out.reply = {.status = status_, .body = "{\"run\":" + std::to_string(runs_) + "}"};
    out.result = "done: 10 % are on MongoDB.";
    out.hook_output = "hooked";
    co_return out;
  }
  AdminReply perform(const AdminRequest& asked) {
    return run_to_end(io_, calls_.perform(asked, change(), work_));
  }
  std::vector<AuditEntry> entries() { return run_to_end(io_, audit_.newest("shop", 10)).value(); }

  boost::asio::io_context io_;
  FlakyAudit audit_;
  ManualClock clock_{1'767'225'600'000};
  Random random_{7};
  Log log_{LogLevel::off};
  AuditedCalls calls_{audit_, clock_, random_, log_};
  const AuditedCalls::Work work_ = [this] { return work(); };
  int runs_ = 0;
  int status_ = 200;
  bool throws_ = false;
  Stop* takes_ = nullptr;
};

TEST_F(AuditedCallsTest, LeavesAnEntryOfEachCall) {
  EXPECT_EQ(perform(request("k1")).body, R"({"run":1})");
  ASSERT_EQ(entries().size(), 1U);
  const AuditEntry entry = entries()[0];
  EXPECT_EQ(entry.id, "k1");
  EXPECT_EQ(entry.group, "shop");
  EXPECT_EQ(entry.at_ms, 1'767'225'600'000);
  EXPECT_EQ(entry.who, "anna@desk");
  EXPECT_EQ(entry.from, "127.0.0.1");
  EXPECT_EQ(entry.what, "ramp --to 10");
  EXPECT_EQ(entry.reason, "first");
  EXPECT_EQ(entry.result, "done: 10 % are on MongoDB.");
  EXPECT_EQ(entry.hook_output, "hooked");
  EXPECT_EQ(entry.status, 200);
}

TEST_F(AuditedCallsTest, WithoutAKeyEachCallRuns) {
  perform(request(""));
  perform(request(""));
  EXPECT_EQ(runs_, 2);
  ASSERT_EQ(entries().size(), 2U);
  EXPECT_NE(entries()[0].id, entries()[1].id);
}

TEST_F(AuditedCallsTest, TheSameKeyGetsTheSameAnswerAgain) {
  status_ = 412;
  const AdminReply first = perform(request("k1"));
  status_ = 200;
  const AdminReply again = perform(request("\"k1\"", "{ \"a\": 1 }"));
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(again.status, 412);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.content_type, "application/problem+json");
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(AuditedCallsTest, AKeyIsForOneRequestOnly) {
  perform(request("k1"));
  EXPECT_EQ(perform(request("k1", R"({"a":2})")).status, 422);
  AdminRequest elsewhere = request("k1");
  elsewhere.target = "/v1/groups/shop/rollback";
  EXPECT_EQ(perform(elsewhere).status, 422);
  EXPECT_EQ(runs_, 1);
}

TEST_F(AuditedCallsTest, WhileACallRunsItsKeyIsBusy) {
  Stop stop(io_.get_executor());
  takes_ = &stop;
  AdminReply first;
  boost::asio::co_spawn(io_, calls_.perform(request("k1"), change(), work_),
                        [&](std::exception_ptr, AdminReply reply) { first = std::move(reply); });
  io_.poll();
  const AdminReply second = perform(request("k1"));
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(json::parse(second.body)["outcome"], "running");
  EXPECT_EQ(perform(request("k1", "{}")).status, 422);
  stop.request();
  io_.restart();
  io_.run();
  EXPECT_EQ(first.body, R"({"run":1})");
  EXPECT_EQ(perform(request("k1")).body, first.body);
  EXPECT_EQ(runs_, 1);
}

TEST_F(AuditedCallsTest, AnEntryThatNobodyEndedIsNotRunAgain) {
  perform(request("k1"));
  AuditEntry cut_off = entries()[0];
  cut_off.status = 0;
  cut_off.result.clear();
  ASSERT_TRUE(run_to_end(io_, audit_.finish(cut_off)));
  const AdminReply again = perform(request("k1"));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(json::parse(again.body)["outcome"], "unknown");
  EXPECT_EQ(runs_, 1);
}

TEST_F(AuditedCallsTest, NothingRunsThatCannotBeRecorded) {
  audit_.away = true;
  const AdminReply reply = perform(request("k1"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("The control table does not answer."));
  EXPECT_EQ(runs_, 0);
}

TEST_F(AuditedCallsTest, AnEndThatIsLostDoesNotHideTheAnswer) {
  audit_.away_at_the_end = true;
  EXPECT_EQ(perform(request("k1")).body, R"({"run":1})");
  EXPECT_EQ(entries()[0].status, 0);
}

TEST_F(AuditedCallsTest, ABugIsAnAnswerToo) {
  throws_ = true;
  EXPECT_EQ(perform(request("k1")).status, 500);
  EXPECT_EQ(entries()[0].status, 500);
  EXPECT_EQ(entries()[0].result, "a bug");
  throws_ = false;
  EXPECT_EQ(perform(request("k1")).status, 500);
}

TEST_F(AuditedCallsTest, RefusesKeysThatAreNone) {
  for (const std::string& key : {std::string(129, 'x'), std::string("a b"), std::string("\"\"")}) {
    EXPECT_EQ(perform(request(key)).status, 400) << key;
  }
  EXPECT_EQ(perform(request(std::string(128, 'x'))).status, 200);
}

TEST(MemoryAudit, KeepsTheNewest) {
  boost::asio::io_context io;
  MemoryAudit audit;
  for (std::size_t number = 0; number <= MemoryAudit::kMost; ++number) {
    AuditEntry entry;
    entry.group = number % 2 == 0 ? "even" : "odd";
    entry.id = std::to_string(number);
    ASSERT_TRUE(run_to_end(io, audit.begin(entry)));
  }
  EXPECT_FALSE(run_to_end(io, audit.lookup("even", "0")).value());
  EXPECT_TRUE(run_to_end(io, audit.lookup("odd", "1")).value());
  EXPECT_FALSE(run_to_end(io, audit.lookup("even", "1")).value());
  const auto two = run_to_end(io, audit.newest("even", 2)).value();
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].id, "200");
  EXPECT_EQ(two[1].id, "198");
}

}  // namespace
}  // namespace crossfade::sync
