#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/unit/codec/random_item.h"
#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

TEST(Mapper, ServesManyThreads) {
  const Mapper mapper(testing::hash_only());
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&mapper, &wrong, thread] {
      for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const auto item = testing::RandomItem(seed * 4 + thread, 12).item(false);
        const auto document = mapper.to_document(item.dump());
        const auto again = document ? mapper.to_item(document->bson) : document.error();
        if (!again ||
            testing::normal_item(nlohmann::json::parse(again->json)) != testing::normal_item(item))
          ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace crossfade::codec
