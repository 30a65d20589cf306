#include "router/xxh64.h"

#include <gtest/gtest.h>

#include <string>

namespace crossfade {
namespace {

std::string counted(int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(i));
  return out;
}

/// As libxxhash computes them.
TEST(Xxh64, PublishedValues) {
  EXPECT_EQ(xxh64(""), 0xef46db3751d8e999);
  EXPECT_EQ(xxh64("a"), 0xd24ec4f1a98c6e5b);
  EXPECT_EQ(xxh64("abc"), 0x44bc2cf5ad770999);
  EXPECT_EQ(xxh64(counted(32)), 0xcbf59c5116ff32b4);
  EXPECT_EQ(xxh64(counted(100)), 0x6ac1e58032166597);
}

TEST(Xxh64, PiecesGiveTheValueOfTheWhole) {
  for (int size = 0; size <= 100; ++size) {
    const std::string whole = counted(size);
    const std::string_view view = whole;
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      EXPECT_EQ(Xxh64().add(view.substr(0, cut)).add(view.substr(cut)).value(), xxh64(whole))
          << size << " bytes cut at " << cut;
    }
    Xxh64 bytewise;
    for (const char& byte : whole) bytewise.add({&byte, 1});
    EXPECT_EQ(bytewise.value(), xxh64(whole)) << size;
  }
}

TEST(Xxh64, TheValueMayBeAskedForInBetween) {
  Xxh64 hash;
  EXPECT_EQ(hash.add("ab").value(), xxh64("ab"));
  EXPECT_EQ(hash.add("c").value(), xxh64("abc"));
}

}  // namespace
}  // namespace crossfade
