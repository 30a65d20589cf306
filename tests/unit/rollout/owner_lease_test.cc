#include "rollout/owner_lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::rollout {
namespace {

using testing::HasSubstr;

/// Either of the clocks may stand still.
class TwoClocks final : public Clock {
 public:
  std::int64_t wall_ms() const override { return wall; }
  std::int64_t steady_ms() const override { return steady; }

  std::int64_t wall = 1'767'225'600'000;
  std::int64_t steady = 5'000;
};

constexpr std::int64_t kLength = OwnerLease::kLength.count();

class OwnerLeaseTest : public testing::Test {
 protected:
  TwoClocks clock;
  OwnerLease lease{clock};
};

TEST_F(OwnerLeaseTest, ThereIsNoneBeforeTheControlTableHasSaidSo) {
  EXPECT_EQ(lease.check().error().fault, Fault::unavailable);
  lease.renew(lease.now());
  EXPECT_TRUE(lease.check());
}

/// Not from the answer: another process may have taken over while it was on its way.
TEST_F(OwnerLeaseTest, CountsFromTheQuestion) {
  const OwnerLease::Moment asked = lease.now();
  clock.steady += kLength - 1;
  clock.wall += kLength - 1;
  lease.renew(asked);
  EXPECT_TRUE(lease.check());
  ++clock.steady;
  const auto over = lease.check();
  EXPECT_EQ(over.error().next(), Next::retry) << "it may be renewed";
  EXPECT_THAT(over.error().message, HasSubstr("still drives the group"));
}

TEST_F(OwnerLeaseTest, EndsByWhicheverClockHasGoneOn) {
  lease.renew(lease.now());
  clock.wall += kLength;
  EXPECT_FALSE(lease.check()) << "the machine was suspended";
  lease.renew(lease.now());
  clock.steady += kLength;
  EXPECT_FALSE(lease.check()) << "the time of day was set back";
}

TEST_F(OwnerLeaseTest, BeginsWhenAFormerOwnersHasEnded) {
  lease.renew(lease.now());
  lease.begin_after(Milliseconds(14'000));
  EXPECT_EQ(lease.begins_ms(), clock.wall + 14'000);
  EXPECT_THAT(lease.check().error().message, HasSubstr("this one begins in 15 s"));
  clock.steady += 13'999;
  lease.renew(lease.now());
  EXPECT_FALSE(lease.check());
  ++clock.steady;
  EXPECT_TRUE(lease.check());
  EXPECT_EQ(lease.begins_ms(), 0);
}

}  // namespace
}  // namespace crossfade::rollout
