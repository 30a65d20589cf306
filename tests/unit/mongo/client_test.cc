#include "common/mongo/client.h"

#include <gmock/gmock.h>

namespace crossfade::mongo {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Namespaces, AreSplitAtTheFirstDot) {
  const auto plain = parse_namespace("shop.orders");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, (Namespace{"shop", "orders"}));
  const auto dotted = parse_namespace("shop.orders.2024");
  ASSERT_TRUE(dotted);
  EXPECT_EQ(dotted->collection, "orders.2024");
  EXPECT_EQ(dotted->full(), "shop.orders.2024");
}

TEST(Namespaces, ThatMongoDbWouldRefuseAreInvalid) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "shop"sv, ".orders"sv, "shop."sv, "sh op.orders"sv,
                          "sh/op.orders"sv, "shop.or$ders"sv, "shop.ord\0ers"sv}) {
    const auto parsed = parse_namespace(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().fault, Fault::invalid);
  }
  EXPECT_FALSE(parse_namespace("shop." + std::string(300, 'x')));
}

TEST(Server, CanBeWatchedAsAReplicaSetOrThroughMongos) {
  ServerFacts facts;
  EXPECT_FALSE(facts.can_watch());
  facts.replica_set = "rs0";
  EXPECT_TRUE(facts.can_watch());
  facts = {};
  facts.sharded = true;
  EXPECT_TRUE(facts.can_watch());
}

Error refused(const std::string& uri) {
  Log log(LogLevel::off);
  PoolOptions options;
  options.uri = uri;
  auto pool = Pool::create(options, log);
  return pool ? Error{} : pool.error();
}

TEST(ConnectionString, OneThatCannotBeUsedIsInvalid) {
  for (const std::string uri :
       {"", "localhost", "http://localhost", "mongodb://", "mongodb://h:99999"})
    EXPECT_THAT(refused(uri).message, HasSubstr("connection string")) << uri;
}

TEST(ConnectionString, NoPartOfAPasswordIsTold) {
  for (const std::string uri :
       {"mongodb://user:hunter2/x@127.0.0.1", "mongodb://user:hunter2@:@127.0.0.1",
        "mongodb://user:hunter2%zz@127.0.0.1", "http://user:hunter2@127.0.0.1",
        "mongodb://user:hunter2@127.0.0.1:99999/?x=hunter2"}) {
    const Error error = refused(uri);
    EXPECT_EQ(error.fault, Fault::invalid) << uri;
    EXPECT_THAT(error.message, HasSubstr("connection string")) << uri;
    EXPECT_THAT(error.message + error.detail, Not(HasSubstr("hunter"))) << uri;
  }
}

}  // namespace
}  // namespace crossfade::mongo
