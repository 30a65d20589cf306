#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/document.h"
#include "common/mongo/change_stream.h"
#include "common/mongo/client.h"
#include "common/mongo/session.h"

namespace crossfade::mongo {

using codec::DocumentBuilder;
using codec::DocumentView;

inline std::string by_id(std::int32_t id) {
  return DocumentBuilder().int32("_id", id).finish();
}

inline std::string with_value(std::int32_t id, std::int32_t value) {
  return DocumentBuilder().int32("_id", id).int32("v", value).finish();
}

inline std::string set_value(std::int32_t value) {
  return DocumentBuilder().document("$set", DocumentBuilder().int32("v", value).finish()).finish();
}

/// One operation that owns its bytes.
struct Op {
  WriteOp::Kind kind;
  std::string filter;
  std::string document;

  static Op insert(std::int32_t id, std::int32_t value) {
    return {WriteOp::Kind::insert, "", with_value(id, value)};
  }
  static Op replace(std::int32_t id, std::int32_t value) {
    return {WriteOp::Kind::replace_upsert, by_id(id), with_value(id, value)};
  }
  static Op update(std::int32_t id, std::int32_t value) {
    return {WriteOp::Kind::update, by_id(id), set_value(value)};
  }
  static Op remove(std::int32_t id) { return {WriteOp::Kind::remove, by_id(id), ""}; }
};

inline std::vector<WriteOp> views(const std::vector<Op>& operations) {
  std::vector<WriteOp> out;
  out.reserve(operations.size());
  for (const Op& each : operations) out.push_back({each.kind, each.filter, each.document});
  return out;
}

/// The value, or a failed test that shows the error.
template <class T>
T must(Result<T> result, const std::string& doing) {
  if (!result) throw std::runtime_error(doing + ": " + result.error().message);
  return std::move(result).value();
}

inline void must(const Result<void>& result, const std::string& doing) {
  if (!result) throw std::runtime_error(doing + ": " + result.error().message);
}

/// A pool on the deployment that CROSSFADE_MONGODB_URI names and a collection of the test's own.
class MongoTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* named = std::getenv("CROSSFADE_MONGODB_URI");
    ASSERT_NE(named, nullptr) << "CROSSFADE_MONGODB_URI must name a replica set";
    uri_ = named;
    pool_ = make_pool(uri_);
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    where_ = {"crossfade_live", std::string(test->test_suite_name()) + "_" + test->name()};
    drop(where_);
  }

  void TearDown() override {
    if (pool_) drop(where_);
  }

  std::unique_ptr<Pool> make_pool(const std::string& uri, unsigned clients = 16) {
    PoolOptions options;
    options.uri = uri;
    options.max_clients = clients;
    options.server_selection_timeout = Milliseconds(1'500);
    return must(Pool::create(options, log_), "create a pool");
  }

  void run(std::string_view command, const std::string& database = "crossfade_live") {
    must(pool_->acquire().command(database, command), "command");
  }

  void drop(const Namespace& where) {
    const std::string command = DocumentBuilder().text("drop", where.collection).finish();
    const auto dropped = pool_->acquire().command(where.database, command);
    if (!dropped && dropped.error().fault != Fault::not_found) must(dropped, "drop");
  }

  void create(const Namespace& where, bool images = false) {
    DocumentBuilder command;
    command.text("create", where.collection);
    if (images)
      command.document("changeStreamPreAndPostImages",
                       DocumentBuilder().boolean("enabled", true).finish());
    run(std::move(command).finish(), where.database);
  }

  Result<BulkResult> bulk(const std::vector<Op>& operations, bool ordered = true,
                          Session* session = nullptr) {
    const auto ops = views(operations);
    if (session != nullptr) return session->client().bulk(where_, ops, ordered, session);
    return pool_->acquire().bulk(where_, ops, ordered);
  }

  BulkResult write(const std::vector<Op>& operations) {
    auto done = must(bulk(operations), "write");
    if (!done.errors.empty()) throw std::runtime_error(done.errors.front().error.message);
    return done;
  }

  void write_in_transaction(Session& session, const std::vector<Op>& operations) {
    must(session.begin(), "begin");
    must(bulk(operations, true, &session), "write in a transaction");
    must(session.commit(Milliseconds(5'000)), "commit");
  }

  Session session() { return must(Session::start(pool_->acquire()), "start a session"); }

  ChangeStream watch(ChangeStreamOptions options = {}) {
    if (options.namespaces.empty()) options.namespaces = {where_};
    return must(ChangeStream::open(pool_->acquire(), std::move(options)), "open a change stream");
  }

  /// Events of one stream until there are `wanted` of them.
  static std::vector<std::string> events(ChangeStream& stream, std::size_t wanted) {
    std::vector<std::string> all;
    for (int calls = 0; all.size() < wanted; ++calls) {
      if (calls == 30) throw std::runtime_error("only " + std::to_string(all.size()) + " events");
      auto batch = must(stream.next(), "next");
      for (auto& each : batch.events) all.push_back(std::move(each));
    }
    return all;
  }

  std::int32_t value_of(std::int32_t id) {
    const auto found = must(pool_->acquire().find_one(where_, by_id(id)), "find");
    if (!found) return -1;
    return static_cast<std::int32_t>(DocumentView(*found).integer("v").value_or(-2));
  }

  Log log_{LogLevel::off};
  std::string uri_;
  std::unique_ptr<Pool> pool_;
  Namespace where_;
};

}  // namespace crossfade::mongo
