#include "common/dynamo/credential_cache.h"

#include "common/async/task_group.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::dynamo {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMinute = 60'000;

/// Gives numbered credentials, or what the test says; can be slow.
class ScriptedProvider final : public CredentialProvider {
 public:
  explicit ScriptedProvider(const Clock& clock, Executor executor)
      : clock_(clock), stop_(executor) {}

  std::string_view name() const override { return "the script"; }
  Task<Result<std::optional<Credentials>>> load() override {
    const int number = ++loads;
    if (delay.count() > 0) co_await stop_.sleep(delay);
    if (failure) co_return *failure;
    if (empty) co_return std::nullopt;
    Credentials made;
    made.access_key = "key" + std::to_string(number);
    made.secret_key = "secret";
    if (life_ms > 0) made.expires_ms = clock_.wall_ms() + life_ms;
    co_return made;
  }

  int loads = 0;
  Milliseconds delay{0};
  std::optional<Error> failure;
  bool empty = false;
  std::int64_t life_ms = 60 * kMinute;

 private:
  const Clock& clock_;
  Stop stop_;
};

class CredentialCacheTest : public DynamoTest {
 protected:
  std::string key() {
    auto got = run(cache.get());
    return got ? (*got)->access_key : "error: " + got.error().message;
  }

  ManualClock time;
  std::shared_ptr<ScriptedProvider> provider =
      std::make_shared<ScriptedProvider>(time, io.get_executor());
  CredentialCache cache{{provider}, io.get_executor(), time, log};
};

TEST_F(CredentialCacheTest, LoadsOnceAndKeeps) {
  EXPECT_EQ(key(), "key1");
  time.advance(Milliseconds(44 * kMinute));
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(provider->loads, 1);
}

TEST_F(CredentialCacheTest, CredentialsWithoutAnEndAreKeptForEver) {
  provider->life_ms = 0;
  key();
  time.advance(std::chrono::hours(10'000));
  EXPECT_EQ(key(), "key1");
}

TEST_F(CredentialCacheTest, ARenewalComesAQuarterOfAnHourBeforeTheEnd) {
  key();
  time.advance(Milliseconds(46 * kMinute));
  EXPECT_EQ(key(), "key2");
}

struct Crowd {
  CredentialCache& cache;
  std::vector<std::string> keys;
};

Task<Result<void>> ask(Crowd& crowd) {
  CO_TRY(const auto got, co_await crowd.cache.get());
  crowd.keys.push_back(got->access_key);
  co_return Result<void>();
}

Task<Result<void>> ask_all(Crowd& crowd, int count, Executor executor) {
  Stop stop(executor);
  TaskGroup group(stop);
  for (int i = 0; i < count; ++i) group.start(ask(crowd));
  co_return co_await group.join();
}

TEST_F(CredentialCacheTest, ACrowdLoadsOnce) {
  provider->delay = Milliseconds(30);
  Crowd crowd{cache, {}};
  ASSERT_TRUE(run(ask_all(crowd, 20, io.get_executor())));
  EXPECT_EQ(provider->loads, 1);
  EXPECT_THAT(crowd.keys, ::testing::Each("key1"));
}

TEST_F(CredentialCacheTest, WhileOneRenewsEarlyTheOthersGoOn) {
  key();
  time.advance(Milliseconds(46 * kMinute));
  provider->delay = Milliseconds(30);
  Crowd crowd{cache, {}};
  ASSERT_TRUE(run(ask_all(crowd, 5, io.get_executor())));
  EXPECT_EQ(provider->loads, 2);
  EXPECT_EQ(std::count(crowd.keys.begin(), crowd.keys.end(), "key1"), 4);
  EXPECT_EQ(crowd.keys.back(), "key2");
}

TEST_F(CredentialCacheTest, ShortBeforeTheEndAllWait) {
  key();
  time.advance(Milliseconds(51 * kMinute));
  provider->delay = Milliseconds(30);
  Crowd crowd{cache, {}};
  ASSERT_TRUE(run(ask_all(crowd, 5, io.get_executor())));
  EXPECT_EQ(provider->loads, 2);
  EXPECT_THAT(crowd.keys, ::testing::Each("key2"));
}

TEST_F(CredentialCacheTest, TheOldServeUntilTheyEndWhenARenewalFails) {
  key();
  provider->failure = fail(Fault::unavailable, "nobody answers");
  time.advance(Milliseconds(51 * kMinute));
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(provider->loads, 2) << "not asked again within the minute";
  time.advance(Milliseconds(kMinute));
  EXPECT_EQ(key(), "key1");
  EXPECT_EQ(provider->loads, 3);
  time.advance(Milliseconds(8 * kMinute));
  EXPECT_EQ(key(), "error: nobody answers");
  provider->failure.reset();
  EXPECT_EQ(key().substr(0, 3), "key");
}

TEST_F(CredentialCacheTest, ShortLivedOnesAreNotAskedForAgainAndAgain) {
  provider->life_ms = 5 * kMinute;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(key(), "key1");
  time.advance(Milliseconds(kMinute));
  EXPECT_EQ(key(), "key2");
}

TEST_F(CredentialCacheTest, RefusedOnesAreReplacedOnce) {
  const auto first = *run(cache.get());
  cache.refused(*first);
  EXPECT_EQ(key(), "key2");
  cache.refused(*first);
  EXPECT_EQ(key(), "key2") << "others are in use already";
}

TEST_F(CredentialCacheTest, WhenThereAreNoneAllPlacesAreNamed) {
  provider->empty = true;
  const auto got = run(cache.get());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().fault, Fault::credentials);
  EXPECT_THAT(got.error().message, HasSubstr("the script"));
  EXPECT_THAT(got.error().message, HasSubstr("AWS_ACCESS_KEY_ID"));
}

TEST_F(CredentialCacheTest, ACrowdSharesAFailure) {
  provider->failure = fail(Fault::credentials, "no");
  provider->delay = Milliseconds(30);
  Crowd crowd{cache, {}};
  EXPECT_FALSE(run(ask_all(crowd, 10, io.get_executor())));
  EXPECT_EQ(provider->loads, 1);
}

}  // namespace
}  // namespace crossfade::dynamo
