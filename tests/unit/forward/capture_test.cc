#include "forward/capture.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/codec/document.h"
#include "tests/unit/dynamo/fixture.h"
#include "tests/unit/forward/scripted_stream.h"

namespace crossfade::forward {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using Iterator = ScriptedStream::Iterator;

constexpr Milliseconds kPatience{20'000};
const std::string kLinkId = "0123";

Key key(const std::string& pk) {
  return {codec::DocumentBuilder().text("_id", pk).finish()};
}

/// `{"pk": ..., "n": ...}` in DynamoDB JSON, with a token where one is given.
json image(const std::string& pk, int n, const std::optional<WriteToken>& token = {}) {
  json out{{"pk", {{"S", pk}}}, {"n", {{"N", std::to_string(n)}}}};
  if (token) out["_crossfade"] = {{"M", {{"w", json::parse(codec::token_json(*token))}}}};
  return out;
}

json change(const std::string& pk, const std::optional<json>& before,
            const std::optional<json>& now) {
  json out{{"Keys", {{"pk", {{"S", pk}}}}}};
  if (before) out["OldImage"] = *before;
  if (now) out["NewImage"] = *now;
  return out;
}

json insert(const std::string& pk, int n = 0) {
  return change(pk, std::nullopt, image(pk, n));
}

Task<Result<void>> run_until(Capture& capture, Stop& stop, std::function<bool()> reached) {
  TaskGroup group(stop);
  group.start(capture.run());
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (!reached() && !group.stop().requested() && std::chrono::steady_clock::now() < limit)
    co_await stop.sleep(Milliseconds(2));
  stop.request();
  co_return co_await group.join();
}

class CaptureTest : public dynamo::DynamoTest {
 protected:
  CaptureTest() : mapper(mapping()) {
    server.serve_whole([this](const fakes::Received& request) { return stream.answer(request); });
    client = make_client(server.url());
    open_log();
  }
  ~CaptureTest() override {
    end_process();
    log_.reset();
    pool.join();
  }

  static codec::MappingOptions mapping() {
    codec::MappingOptions out;
    out.key.hash = {"pk", codec::KeyType::text};
    return out;
  }
  void open_log() {
    eventlog::Options options;
    options.directory = folder.path("log");
    options.min_free_bytes = 0;
    auto opened = eventlog::EventLog::open(options, io.get_executor(), pool, clock, log);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void end_process() {
    capture.reset();
    stop.reset();
  }

  /// As a process begins: on the log that is there.
  Result<void> begin() {
    end_process();
    log_.reset();
    open_log();
    progress = {};
    stop = std::make_unique<Stop>(io.get_executor());
    const CaptureContext context{*client, mapper, *log_,  progress, recent,
                                 health,  clock,  random, log};
    capture = std::make_unique<Capture>(settings, context, *stop);
    return run(capture->prepare());
  }
  Result<void> run_to(std::function<bool()> reached) {
    return run(run_until(*capture, *stop, std::move(reached)));
  }
  /// Runs until that many changes, echoes among them, are in the log.
  Result<void> run_to_changes(std::size_t count) {
    return run_to([this, count] {
      return progress.captured_total() + progress.echoes_total() >=
             static_cast<std::int64_t>(count);
    });
  }
  Result<void> append(const Change& change) {
    auto done = run(log_->append({encode(change)}));
    if (!done) return done.error();
    return {};
  }

  /// "put a" and the like, position records left out.
  std::vector<std::string> logged() {
    static const std::vector<std::string> names{"",        "put", "remove",  "echo",
                                                "restore", "",    "rejected"};
    std::vector<std::string> out;
    for (const Change& one : changes()) {
      if (one.kind == ChangeKind::position) continue;
      const codec::DocumentView view(one.key.bson);
      out.push_back(names[static_cast<std::size_t>(one.kind)] + " " +
                    std::string(view.text("_id").value_or("?")));
    }
    return out;
  }
  std::vector<Change> changes() {
    std::vector<Change> out;
    eventlog::Position from = log_->usage().first;
    while (from < log_->end()) {
      const auto records = run(log_->read(from, 1 << 20)).value();
      for (const eventlog::Record& record : records) {
        out.push_back(decode(record.bytes).value());
        from = record.end;
      }
    }
    return out;
  }
  std::int64_t now() const { return clock.wall_ms(); }
  WriteToken token(const std::string& pk, std::int64_t position, bool remove = false) const {
    return {kLinkId, 1, position, hash_of(key(pk)), now(), remove};
  }

  static CaptureOptions make_settings() {
    CaptureOptions out;
    out.link = "orders";
    out.link_id = kLinkId;
    out.table = "Orders";
    out.stream_arn = "arn:stream";
    out.poll_interval = Milliseconds(1);
    out.idle_poll_interval = Milliseconds(5);
    out.propagation = Milliseconds(0);
    return out;
  }

  codec::Mapper mapper;
  ScriptedStream stream;
  fakes::HttpServer server;
  std::unique_ptr<dynamo::Client> client;
  CaptureOptions settings = make_settings();
  std::unique_ptr<eventlog::EventLog> log_;
  Progress progress;
  RecentKeys recent{1 << 20};
  Health health;
  std::unique_ptr<Stop> stop;
  std::unique_ptr<Capture> capture;
};

TEST(ShardPositionTest, GoesThereAndBack) {
  const auto place = parse_shard_position(shard_position("shardId-1", "42"));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->first, "shardId-1");
  EXPECT_EQ(place->second, "42");
  EXPECT_FALSE(parse_shard_position(""));
}

TEST_F(CaptureTest, TheFirstStartReadsOpenShardsFromTheirEnd) {
  stream.add_shard("closed");
  stream.close("closed");
  stream.add_shard("open");
  stream.add("open", "1", insert("before"), now());
  ASSERT_TRUE(begin());
  EXPECT_FALSE(capture->anchored());
  bool added = false;
  ASSERT_TRUE(run_to([&] {
    if (capture->anchored() && !added) stream.add("open", "2", insert("after"), now());
    added = capture->anchored();
    return progress.captured_total() == 1;
  }));
  EXPECT_THAT(stream.iterators(), ElementsAre(Iterator{"open", "LATEST", ""}));
  EXPECT_THAT(logged(), ElementsAre("put after"));
}

TEST_F(CaptureTest, RecordsAreLoggedInOrderWithTheirPlace) {
  stream.add_shard("s");
  ASSERT_TRUE(begin());
  bool added = false;
  ASSERT_TRUE(run_to([&] {
    if (capture->anchored() && !added) {
      stream.add("s", "8", insert("a", 1), now());
      stream.add("s", "9", change("a", image("a", 1), image("a", 2)), now());
      stream.add("s", "10", change("a", image("a", 2), std::nullopt), now());
      added = true;
    }
    return progress.captured_total() == 3;
  }));
  EXPECT_THAT(logged(), ElementsAre("put a", "put a", "remove a"));
  const Change last = changes().back();
  EXPECT_EQ(last.source, "s|10");
  EXPECT_EQ(last.key, key("a"));
  EXPECT_EQ(progress.behind(), 3);
}

/// Records that are there when the process begins, on a log that has seen shard `s` up to `0`.
class RestartTest : public CaptureTest {
 protected:
  RestartTest() {
    stream.add_shard("s");
    EXPECT_TRUE(begin());
    Change seen;
    seen.kind = ChangeKind::position;
    seen.source = "s|0";
    EXPECT_TRUE(append(seen));
  }
};

TEST_F(RestartTest, GoesOnBehindTheLastDurableRecord) {
  stream.add("s", "1", insert("a"), now());
  stream.add("s", "2", insert("b"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(2));
  stream.add("s", "3", insert("c"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(stream.iterators(), ElementsAre(Iterator{"s", "AFTER_SEQUENCE_NUMBER", "0"},
                                              Iterator{"s", "AFTER_SEQUENCE_NUMBER", "2"}));
  EXPECT_THAT(logged(), ElementsAre("put a", "put b", "put c"));
}

TEST_F(RestartTest, EchoesAreDroppedAndKeptForTheFilter) {
  const WriteToken written = token("a", 5);
  const WriteToken mark = token("a", 6, true);
  stream.add("s", "1", change("a", std::nullopt, image("a", 1, written)), now());
  stream.add("s", "2", change("a", image("a", 1, written), image("a", 1, mark)), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(2));
  EXPECT_EQ(progress.echoes_total(), 2);
  EXPECT_EQ(progress.behind(), 0);
  stream.add("s", "3", change("a", image("a", 1, mark), std::nullopt), now());
  stream.add("s", "4", change("a", std::nullopt, image("a", 1, written)), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(2));
  EXPECT_THAT(logged(), ElementsAre("echo a", "echo a", "echo a", "put a"))
      << "our delete is recognised by the process after, and what came by before is not new";
}

/// The snapshot was taken while the record was on its way to the log, and stands behind it.
TEST_F(RestartTest, ASnapshotDoesNotTurnTheCursorBack) {
  Change echo;
  echo.kind = ChangeKind::echo;
  echo.key = key("a");
  echo.source = "s|7";
  echo.token = token("a", 5);
  stream.add("s", "7", change("a", std::nullopt, image("a", 1, echo.token)), now());
  stream.add("s", "8", insert("b"), now());
  ShardTree tree = ShardTree::begin({{"s", "", "1", ""}}, now());
  tree.advance("s", "6");
  Change snapshot;
  snapshot.kind = ChangeKind::position;
  snapshot.image = tree.to_json();
  ASSERT_TRUE(append(echo));
  ASSERT_TRUE(append(snapshot));
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(stream.iterators(), ElementsAre(Iterator{"s", "AFTER_SEQUENCE_NUMBER", "7"}));
  EXPECT_THAT(logged(), ElementsAre("echo a", "put b"));
}

TEST_F(RestartTest, ChildrenAreReadFromTheirBeginBehindTheirParent) {
  stream.add("s", "1", insert("a", 1), now());
  stream.close("s");
  stream.add_shard("left", "s");
  stream.add_shard("right", "s");
  stream.add("left", "100", change("a", image("a", 1), image("a", 2)), now());
  stream.add("right", "100", insert("z"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(3));
  EXPECT_EQ(stream.iterators().front(), (Iterator{"s", "AFTER_SEQUENCE_NUMBER", "0"}));
  EXPECT_THAT(stream.iterators(), IsSupersetOf({Iterator{"left", "TRIM_HORIZON", ""},
                                                Iterator{"right", "TRIM_HORIZON", ""}}));
  EXPECT_EQ(logged().front(), "put a");
  EXPECT_THAT(logged(), Contains("put z"));
  ASSERT_TRUE(begin());
  stream.add("left", "101", insert("b"), now());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(stream.iterators(), Contains(Iterator{"left", "AFTER_SEQUENCE_NUMBER", "100"}));
  EXPECT_THAT(logged(), Contains("put b"));
}

TEST_F(RestartTest, AnExpiredIteratorIsTakenAnew) {
  stream.add("s", "1", insert("a"), now());
  ASSERT_TRUE(begin());
  bool expired = false;
  ASSERT_TRUE(run_to([&] {
    if (progress.captured_total() == 1 && !expired) {
      stream.fail_next_read("ExpiredIteratorException");
      stream.add("s", "2", insert("b"), now());
      expired = true;
    }
    return progress.captured_total() == 2;
  }));
  EXPECT_THAT(stream.iterators(), Contains(Iterator{"s", "AFTER_SEQUENCE_NUMBER", "1"}));
  EXPECT_THAT(logged(), ElementsAre("put a", "put b"));
}

TEST_F(RestartTest, TrimmedRecordsEndTheLinkWithTheGapNamed) {
  stream.fail_next_read("TrimmedDataAccessException");
  ASSERT_TRUE(begin());
  const auto ended = run_to([] { return false; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().fault, Fault::trimmed);
  EXPECT_THAT(ended.error().message, HasSubstr("table Orders"));
  EXPECT_THAT(ended.error().message, HasSubstr("shard s "));
}

/// TRIM_HORIZON would go on with what is left of it.
TEST_F(RestartTest, AChildThatHasLostItsFirstRecordsIsAGap) {
  stream.close("s");
  stream.add_shard("child", "s");
  stream.trim_begin("child");
  stream.add("child", "100", insert("left"), now());
  ASSERT_TRUE(begin());
  const auto ended = run_to([] { return false; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().fault, Fault::trimmed);
  EXPECT_THAT(ended.error().message, HasSubstr("shard child "));
  EXPECT_THAT(logged(), ElementsAre());
}

TEST_F(RestartTest, AShardThatTheStreamForgotIsAGapAtOnce) {
  stream.add_shard("other");
  stream.forget("s");
  const auto begun = begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().fault, Fault::trimmed);
}

TEST_F(RestartTest, AStreamThatWasTurnedOffIsAGap) {
  stream.disable();
  const auto begun = begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().fault, Fault::trimmed);
  EXPECT_THAT(begun.error().message, HasSubstr("disabled"));
}

TEST_F(RestartTest, RecordsFromLongBeforeTheBeginCarryNothingNew) {
  stream.add("s", "1", insert("old"), now() - 10 * 60'000);
  stream.add("s", "2", insert("new"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(logged(), ElementsAre("put new"));
}

TEST_F(RestartTest, WhatCannotBeMappedIsKeptAsItCame) {
  stream.add("s", "1", change("a", std::nullopt, json{{"pk", {{"S", "a"}}}, {"bad", {{"N", "x"}}}}),
             now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(logged(), ElementsAre("rejected a"));
  EXPECT_THAT(changes().back().image, HasSubstr("\"bad\""));
  EXPECT_NE(changes().back().reason, "");
}

json expiry(const std::string& pk) {
  json out = change(pk, image(pk, 1), std::nullopt);
  out["userIdentity"] = {{"type", "Service"}, {"principalId", "dynamodb.amazonaws.com"}};
  return out;
}

TEST_F(RestartTest, ADeleteByTimeToLiveIsAppliedUnlessTheLinkSaysOtherwise) {
  stream.add("s", "1", expiry("a"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(logged(), ElementsAre("remove a"));
  settings.ignore_ttl_deletes = true;
  stream.add("s", "2", expiry("b"), now());
  stream.add("s", "3", insert("c"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run_to_changes(1));
  EXPECT_THAT(logged(), ElementsAre("remove a", "put c"));
}

Task<Result<void>> drain_once(Capture& capture, Stop& stop) {
  TaskGroup group(stop);
  group.start(capture.run());
  auto drained = co_await capture.drain(group.stop());
  stop.request();
  CO_TRY_VOID(co_await group.join());
  co_return drained;
}

TEST_F(RestartTest, ADrainSeesWhatWasCommittedBeforeIt) {
  stream.add("s", "1", insert("a"), now());
  stream.add("s", "2", insert("b"), now());
  ASSERT_TRUE(begin());
  ASSERT_TRUE(run(drain_once(*capture, *stop)));
  EXPECT_THAT(logged(), ElementsAre("put a", "put b"));
}

}  // namespace
}  // namespace crossfade::forward
